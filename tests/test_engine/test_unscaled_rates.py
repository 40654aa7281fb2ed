"""Rates of the optimizer that training really starts with."""

from types import SimpleNamespace

import pytest
import torch
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch import nn
from torch.utils.data import Dataset

from mmpose_ae.engine import keep_unscaled_rates


class _Net(BaseModel):
    def __init__(self):
        super().__init__()
        self.backbone, self.head = nn.Linear(1, 1), nn.Linear(1, 1)

    def forward(self, inputs, mode):
        return dict(loss=self.head(self.backbone(inputs)).mean())


class _Ones(Dataset):
    def __len__(self):
        return 6

    def __getitem__(self, index):
        return dict(inputs=[1.0])


def rates(tmp_path, **auto_scale_lr):
    """Train one step of 6 images; gives the rate of the backbone and that of the head."""
    runner = Runner(
        _Net(),
        str(tmp_path),
        train_dataloader=dict(
            dataset=_Ones(),
            batch_size=6,
            sampler=dict(type='DefaultSampler', shuffle=False),
            collate_fn=lambda batch: dict(inputs=torch.tensor([one['inputs'] for one in batch])),
        ),
        train_cfg=dict(by_epoch=True, max_epochs=1),
        optim_wrapper=dict(
            optimizer=dict(type='SGD', lr=0.1),
            paramwise_cfg=dict(custom_keys=dict(backbone=dict(lr_mult=0.5))),
        ),
        auto_scale_lr=auto_scale_lr or None,
        default_scope='mmpose_ae',
        experiment_name=tmp_path.name,
    )
    keep_unscaled_rates(runner)
    runner.train()
    names = {id(p): name.split('.')[0] for name, p in runner.model.named_parameters()}
    groups = runner.optim_wrapper.optimizer.param_groups
    found = {names[id(p)]: group['lr'] for group in groups for p in group['params']}
    return found['backbone'], found['head']


@pytest.mark.parametrize('options, expected', [
    ({}, (0.05, 0.1)),
    (dict(base_batch_size=12, unscaled=['backbone']), (0.05, 0.1)),  # not enabled
    (dict(base_batch_size=12, enable=True), (0.025, 0.05)),  # as MMEngine does
    (dict(base_batch_size=12, enable=True, unscaled=['backbone']), (0.05, 0.05)),
    (dict(base_batch_size=2, enable=True, unscaled=['backbone']), (0.05, 0.3)),
])  # fmt: skip
def test_rates(tmp_path, options, expected):
    assert rates(tmp_path, **options) == pytest.approx(expected)


@pytest.mark.parametrize('entry, expected', [(dict(lr_mult=0.1), 0.05), (dict(decay_mult=0), 0.5)])
def test_images_of_all_processes_count(entry, expected):
    """4 processes of 6 images against a base of 12: rates are doubled, so this one is halved.

    As in MMEngine, an entry that says nothing about the rate leaves it: its factor is 1.
    """
    runner = SimpleNamespace(
        world_size=4,
        train_dataloader=SimpleNamespace(batch_size=6),
        auto_scale_lr=dict(base_batch_size=12, enable=True, unscaled=['backbone']),
        optim_wrapper=dict(paramwise_cfg=dict(custom_keys=dict(backbone=entry))),
    )
    keep_unscaled_rates(runner)
    rates = runner.optim_wrapper['paramwise_cfg']['custom_keys']
    assert rates['backbone']['lr_mult'] == pytest.approx(expected)


def test_an_unknown_key_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"unscaled names 'neck'.*custom_keys.*\['backbone'\]"):
        rates(tmp_path, base_batch_size=12, enable=True, unscaled=['neck'])
