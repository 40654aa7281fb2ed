import pytest
import torch
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch import nn
from torch.utils.data import Dataset


class _Net(BaseModel):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.Conv2d(8, 4, 3))

    def forward(self, inputs, mode):
        self.features = self.layers(inputs)
        return dict(loss=self.features.square().mean())


class _Images(Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        return dict(inputs=torch.rand(3, 9, 7, generator=torch.Generator().manual_seed(index)))


@pytest.fixture
def train(tmp_path):
    """Train two iterations with some hooks; gives the runner."""

    def run(name, **kwargs):
        runner = Runner(
            _Net(),
            str(tmp_path / name),
            train_dataloader=dict(
                dataset=_Images(),
                batch_size=2,
                sampler=dict(type='DefaultSampler', shuffle=False),
                collate_fn=dict(type='default_collate'),
            ),
            train_cfg=dict(by_epoch=True, max_epochs=1),
            optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1)),
            default_scope='mmpose_ae',
            experiment_name=f'{tmp_path.name}_{name}',
            **kwargs,
        )
        runner.train()
        return runner

    return run


def is_channels_last(tensor):
    return tensor.is_contiguous(memory_format=torch.channels_last)


def test_features_follow_and_numbers_stay(train):
    plain = train('plain')
    hooked = train('hooked', custom_hooks=[dict(type='ChannelsLastHook')])
    assert not is_channels_last(plain.model.features)
    assert is_channels_last(hooked.model.features)
    for name, value in plain.model.state_dict().items():
        torch.testing.assert_close(hooked.model.state_dict()[name], value, msg=name)


def test_a_loaded_checkpoint_keeps_the_order(train, tmp_path):
    train('first')
    checkpoint = str(tmp_path / 'first' / 'epoch_1.pth')
    hook = dict(type='ChannelsLastHook')
    resumed = train('second', custom_hooks=[hook], load_from=checkpoint)
    assert is_channels_last(resumed.model.layers[2].weight)
    assert is_channels_last(resumed.model.features)
