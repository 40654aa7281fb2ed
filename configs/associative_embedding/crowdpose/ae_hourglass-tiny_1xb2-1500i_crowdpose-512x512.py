# Learns a few images by heart: tools/benchmark/overfit.py.
_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/cpu_1500.py',
    '../../_base_/models/hourglass-tiny.py',
    '../../_base_/datasets/crowdpose_bottomup.py',
]

# 14 heatmaps and 14 tags
model = dict(
    backbone=dict(out_channels=28),
    head=dict(in_channels=28, decoder=dict(keypoint_order=_base_.keypoint_order)),
)

# The whole image, turned, shifted, scaled and mirrored a little.
_base_.train_dataloader.dataset.pipeline[1].update(
    scale_type='long', scale_factor=(0.9, 1.1), shift_factor=0.05, rotate_factor=10
)
_base_.val_dataloader.dataset.pipeline[1].resize_mode = 'fit'
_base_.test_dataloader.dataset.pipeline[1].resize_mode = 'fit'
train_dataloader = dict(
    batch_size=2,
    num_workers=0,
    persistent_workers=False,
    sampler=dict(type='InfiniteSampler', shuffle=True),
)
val_dataloader = dict(num_workers=0, persistent_workers=False)
test_dataloader = val_dataloader

custom_hooks = [*_base_.custom_hooks, dict(type='ChannelsLastHook')]
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=500))
log_processor = dict(by_epoch=False)

auto_scale_lr = dict(base_batch_size=2)
