"""DatasetMetaHook: the model, wrapped or not, knows what it is validated and tested on."""

from types import SimpleNamespace

import pytest
from mmengine.model import MMDistributedDataParallel
from torch import nn

from mmpose_ae.registry import HOOKS

COCO, OTHER = dict(dataset_name='coco'), dict(dataset_name='other')


def loader(**dataset):
    return SimpleNamespace(dataset=SimpleNamespace(**dataset))


@pytest.mark.parametrize('wrapped', [False, True])
def test_the_model_knows_its_data(wrapped):
    hook, model = HOOKS.build(dict(type='mmpose_ae.DatasetMetaHook')), nn.Identity()
    outer = model
    if wrapped:
        outer = MMDistributedDataParallel.__new__(MMDistributedDataParallel)
        nn.Module.__init__(outer)
        outer.module = model
    runner = SimpleNamespace(
        model=outer, val_dataloader=loader(metainfo=COCO), test_dataloader=loader(metainfo=OTHER)
    )
    hook.before_val(runner)
    assert model.dataset_meta is COCO
    hook.before_test(runner)
    assert model.dataset_meta is OTHER
    runner.test_dataloader = loader()
    hook.before_test(runner)
    assert model.dataset_meta is OTHER
