_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/cpu_7e.py',
    '../../_base_/models/hourglass-tiny.py',
    '../../_base_/datasets/synth_crowd_crowded.py',
]

# The hourglass ends in features, from which the head predicts: grouping reads them, too.
model = dict(
    backbone=dict(out_channels=48),
    head=dict(
        type='CenterAEHead',
        in_channels=48,
        final_layer=dict(_delete_=True, kernel_size=1),
        decoder=dict(keypoint_order=_base_.keypoint_order),
    ),
)

train_dataloader = dict(batch_size=8)

val_evaluator = dict(type='CrowdSubsetMetric')
test_evaluator = val_evaluator

auto_scale_lr = dict(base_batch_size=8)

custom_hooks = [*_base_.custom_hooks, dict(type='ChannelsLastHook')]
