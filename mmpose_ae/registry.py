"""Registries of scope ``mmpose_ae``, each a child of MMPose's registry of the same name.

With ``default_scope = 'mmpose_ae'`` a name resolves here first, then in MMPose, then in
MMEngine. From another scope write ``type='mmpose_ae.AEHead'``.
"""

from typing import Any

from .environment import check_versions

check_versions()  # says what is missing, where only the light core works

from mmengine import registry as mmengine_registry  # noqa: E402
from mmengine.registry import DefaultScope, Registry  # noqa: E402
from mmpose import registry as mmpose_registry  # noqa: E402

SCOPE = 'mmpose_ae'


def _child(name: str, *locations: str) -> Registry:
    parent = getattr(mmpose_registry, name)
    # Without any location MMEngine looks for mmpose_ae.utils, and warns that it is missing.
    locations = locations or (SCOPE,)
    return Registry(parent.name, parent=parent, scope=SCOPE, locations=list(locations))


# Every registry of MMPose has a child: MMEngine warns "Failed to search registry" otherwise.
RUNNERS = _child('RUNNERS')
RUNNER_CONSTRUCTORS = _child('RUNNER_CONSTRUCTORS')
LOOPS = _child('LOOPS')
HOOKS = _child('HOOKS')
DATASETS = _child('DATASETS', 'mmpose_ae.datasets')
DATA_SAMPLERS = _child('DATA_SAMPLERS')
TRANSFORMS = _child('TRANSFORMS', 'mmpose_ae.datasets.transforms')
MODELS = _child('MODELS', 'mmpose_ae.models')
MODEL_WRAPPERS = _child('MODEL_WRAPPERS', 'mmpose_ae.models')
WEIGHT_INITIALIZERS = _child('WEIGHT_INITIALIZERS')
BATCH_AUGMENTS = _child('BATCH_AUGMENTS')
OPTIMIZERS = _child('OPTIMIZERS')
OPTIM_WRAPPERS = _child('OPTIM_WRAPPERS', 'mmpose_ae.engine')
OPTIM_WRAPPER_CONSTRUCTORS = _child('OPTIM_WRAPPER_CONSTRUCTORS')
PARAM_SCHEDULERS = _child('PARAM_SCHEDULERS')
METRICS = _child('METRICS', 'mmpose_ae.evaluation')
EVALUATORS = _child('EVALUATORS')
TASK_UTILS = _child('TASK_UTILS', 'mmpose_ae.codecs')
VISUALIZERS = _child('VISUALIZERS', 'mmpose_ae.pictures')
VISBACKENDS = _child('VISBACKENDS')
LOG_PROCESSORS = _child('LOG_PROCESSORS')
KEYPOINT_CODECS = _child('KEYPOINT_CODECS', 'mmpose_ae.codecs')
INFERENCERS = _child('INFERENCERS')
# MMPose has none of its own; MMEngine looks collate functions up in it.
FUNCTIONS = Registry('function', parent=mmengine_registry.FUNCTIONS, scope=SCOPE, locations=[SCOPE])


def build_own(registry: Registry, cfg: dict) -> Any:
    """Build a part that configs name without a scope, whatever their default scope is.

    Args:
        registry (Registry): One of this module.
        cfg (dict): ``type`` and arguments; another scope's type is written as ``scope.Type``.

    Returns:
        object: What the type makes.
    """
    with DefaultScope.overwrite_default_scope(SCOPE):
        return registry.build(cfg)
