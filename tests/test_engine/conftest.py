"""A training of one number, which tests of hooks share."""

import pytest
import torch
from mmengine.evaluator import BaseMetric, Evaluator
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch import nn
from torch.utils.data import Dataset


class Line(BaseModel):
    """A model of one number."""

    def __init__(self):
        super().__init__()
        self.slope = nn.Parameter(torch.ones(1))

    def forward(self, inputs, mode='loss'):
        loss = (self.slope * inputs).square().mean()
        return dict(loss=loss) if mode == 'loss' else [loss]


class Points(Dataset):
    """Two points."""

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return dict(inputs=torch.full((1,), float(index)))


class Scores(BaseMetric):
    """A metric with given values."""

    def __init__(self, values):
        super().__init__()
        self.values = iter(values)

    def process(self, data_batch, data_samples):
        self.results.append(0)

    def compute_metrics(self, results):
        return dict(score=next(self.values))


@pytest.fixture
def train(tmp_path):
    """Train in a folder; gives the runner."""

    def run(
        name='run', scores=(1.0, 2.0, 3.0), epochs=3, hooks=(), loop=None, resume=False, **options
    ):
        loader = dict(
            batch_size=1,
            dataset=Points(),
            num_workers=0,
            sampler=dict(type='DefaultSampler', shuffle=False),
            collate_fn=dict(type='default_collate'),
        )
        checkpoint = dict(type='CheckpointHook', interval=1, save_best='score', rule='greater')
        runner = Runner(
            Line(),
            str(tmp_path / name),
            train_dataloader=loader,
            val_dataloader=loader,
            val_evaluator=Evaluator([Scores(scores)]),
            train_cfg=loop or dict(by_epoch=True, max_epochs=3),
            val_cfg=dict(),
            optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1)),
            default_hooks=dict(checkpoint=dict(checkpoint, **options)),
            custom_hooks=list(hooks),
            default_scope='mmpose_ae',
            resume=resume,
            experiment_name=f'{tmp_path.name}{name}{resume}',
        )
        runner.train()
        return runner

    return run
