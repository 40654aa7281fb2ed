_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/cpu_7e.py',
    '../../_base_/models/hourglass-tiny.py',
    '../../_base_/datasets/synth_crowd_crowded.py',
]

model = dict(
    backbone=dict(out_channels=48, init_cfg=None),
    head=dict(
        _delete_=True,
        type='DEKRHead',
        in_channels=48,
        num_displacement_filters_per_keypoint=5,  # a quarter of the time that 15 take
        decoder=dict(type='DEKRCodec', keypoint_order=_base_.keypoint_order),
    ),
)

train_dataloader = dict(batch_size=8)

val_evaluator = dict(_base_.val_evaluator, type='CrowdSubsetMetric')
test_evaluator = val_evaluator

auto_scale_lr = dict(base_batch_size=8)

custom_hooks = [*_base_.custom_hooks, dict(type='ChannelsLastHook')]
