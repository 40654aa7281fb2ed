import subprocess
import sys

import mmengine.registry
import mmpose.registry
import pytest
from mmengine.hooks import EMAHook
from mmengine.registry import DefaultScope, Registry
from mmpose.models.backbones import HRNet
from mmpose.models.losses import AssociativeEmbeddingLoss as MMPoseAELoss
from torch import nn

import mmpose_ae.registry
from mmpose_ae.grouping import DensityGrouping, GreedyGrouping
from mmpose_ae.models.losses import AssociativeEmbeddingLoss
from mmpose_ae.registry import HOOKS, MODELS, OPTIM_WRAPPERS, TASK_UTILS, build_own


def registries(module):
    return {name: value for name, value in vars(module).items() if isinstance(value, Registry)}


def test_every_registry_of_mmpose_has_a_child():
    parents = {k: v for k, v in registries(mmpose.registry).items() if v.scope == 'mmpose'}
    children = registries(mmpose_ae.registry)
    functions = children.pop('FUNCTIONS')  # MMEngine's, of which MMPose has no child
    assert (functions.scope, functions.parent) == ('mmpose_ae', mmengine.registry.FUNCTIONS)
    assert children.keys() == parents.keys()
    for name, child in children.items():
        assert child.scope == 'mmpose_ae'
        assert child.parent is parents[name]
        assert child.name == parents[name].name


def test_names_resolve_here_then_in_mmpose_then_in_mmengine():
    assert MODELS.get('AssociativeEmbeddingLoss') is AssociativeEmbeddingLoss
    assert MODELS.get('HRNet') is HRNet
    assert HOOKS.get('EMAHook') is EMAHook
    with pytest.raises(KeyError, match='NoSuchModel is not in the mmpose_ae::model registry'):
        MODELS.build(dict(type='NoSuchModel'))


@pytest.mark.parametrize(
    'scope, expected', [('mmpose_ae', AssociativeEmbeddingLoss), ('mmpose', MMPoseAELoss)]
)
def test_the_default_scope_decides_between_equal_names(scope, expected):
    with DefaultScope.overwrite_default_scope(scope):
        for registry in (mmengine.registry.MODELS, mmpose.registry.MODELS, MODELS):
            built = registry.build(dict(type='AssociativeEmbeddingLoss'))
            assert type(built) is expected


@pytest.mark.parametrize('scope', ['mmpose_ae', 'mmpose'])
def test_a_prefix_reaches_either_from_both_scopes(scope):
    with DefaultScope.overwrite_default_scope(scope):
        for prefix, expected in (('mmpose_ae', AssociativeEmbeddingLoss), ('mmpose', MMPoseAELoss)):
            loss = mmpose.registry.MODELS.build(dict(type=f'{prefix}.AssociativeEmbeddingLoss'))
            assert type(loss) is expected


def test_a_name_of_ours_is_not_seen_by_mmpose_without_the_prefix():
    @MODELS.register_module()
    class OnlyHere(nn.Module):
        pass

    assert MODELS.get('OnlyHere') is OnlyHere
    assert mmpose.registry.MODELS.get('OnlyHere') is None
    MODELS.module_dict.pop('OnlyHere')


def test_optim_wrappers_of_mmengine_resolve_here():
    assert OPTIM_WRAPPERS.get('AmpOptimWrapper') is mmengine.optim.AmpOptimWrapper


@pytest.mark.parametrize('scope', ['mmpose_ae', 'mmpose'])
def test_parts_of_codecs_are_found_from_any_scope(scope):
    """A codec builds its strategy by name, whoever builds the codec."""
    with DefaultScope.overwrite_default_scope(scope):
        codec = mmpose.registry.KEYPOINT_CODECS.build(
            dict(type='mmpose_ae.AEDecoder', grouping=dict(type='GreedyGrouping', max_open=7))
        )
    assert type(codec.grouping) is GreedyGrouping and codec.grouping.max_open == 7
    assert type(build_own(TASK_UTILS, dict(type='DensityGrouping'))) is DensityGrouping


def test_mmpose_reaches_a_name_before_the_package_is_imported():
    code = (
        'from mmengine.registry import DefaultScope, HOOKS\n'
        'DefaultScope.get_instance("plain", scope_name="mmpose")\n'
        'print(type(HOOKS.build(dict(type="mmpose_ae.ChannelsLastHook"))).__module__)\n'
    )
    run = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ['mmpose_ae.engine.channels_last_hook']
    assert 'Failed to search registry' not in run.stdout + run.stderr
