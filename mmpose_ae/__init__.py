"""Bottom-up multi-person pose estimation for MMPose 1.x.

Importing the package registers every component in scope ``mmpose_ae``, so that
``custom_imports = dict(imports=['mmpose_ae'])`` is all a config needs.
"""

from .compat import allow_safe_checkpoints, check_versions, install_stand_ins

check_versions()
install_stand_ins()
allow_safe_checkpoints()

from mmpose.utils import register_all_modules  # noqa: E402

# A child registry sees its parents' names but does not import the parents' modules.
register_all_modules(init_default_scope=False)

from . import (  # noqa: E402
    codecs,
    datasets,
    engine,
    evaluation,
    models,
    pictures,
)
from .version import __version__  # noqa: E402

__all__ = [
    '__version__',
    'codecs',
    'datasets',
    'engine',
    'evaluation',
    'models',
    'pictures',
]
