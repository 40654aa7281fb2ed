_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/cpu_7e.py',
    '../../_base_/models/hourglass-tiny.py',
    '../../_base_/datasets/synth_crowd.py',
]

model = dict(
    backbone=dict(feat_channels=32, increase=(16, 32, 32, 32), stem_channels=(16, 16)),
    head=dict(decoder=dict(keypoint_order=_base_.keypoint_order)),
)

train_dataloader = dict(batch_size=8)
auto_scale_lr = dict(base_batch_size=8)

custom_hooks = [*_base_.custom_hooks, dict(type='ChannelsLastHook')]
