"""Bottom-up multi-person pose estimation for MMPose 1.x.

Importing the package registers every component in scope ``mmpose_ae``, so that
``custom_imports = dict(imports=['mmpose_ae'])`` is all a config needs.

Where neither MMPose nor MMEngine is installed, or the environment has ``MMPOSE_AE_LIGHT=1``,
nothing is registered, and the light core is left: :mod:`mmpose_ae.decoding`,
:mod:`mmpose_ae.grouping` (strategies and poses), :mod:`mmpose_ae.frame` and
:mod:`mmpose_ae.tracking` need numpy alone, and use scipy where it is installed;
:mod:`mmpose_ae.runtime` runs exported files.
"""

from .environment import check_versions, is_light
from .version import __version__

__all__ = ['__version__']

if not is_light():
    from .compat import complete_inferencer, install_stand_ins, register_package

    check_versions()
    install_stand_ins()
    register_package()

    from mmpose.utils import register_all_modules

    # A child registry sees its parents' names but does not import the parents' modules.
    register_all_modules(init_default_scope=False)
    complete_inferencer()

    from . import codecs, datasets, engine, evaluation, models, pictures
    from .prediction.predictor import Predictor

    __all__ += ['Predictor', 'codecs', 'datasets', 'engine', 'evaluation', 'models', 'pictures']
