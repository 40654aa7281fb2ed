_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/cpu_7e.py',
    '../../_base_/models/hourglass-tiny.py',
    '../../_base_/datasets/synth_crowd_crowded.py',
]

# The hourglass gives features, of which the head predicts; scales are learned of the same ones.
model = dict(
    backbone=dict(out_channels=48, init_cfg=None),
    head=dict(
        in_channels=48,
        final_layer=dict(_delete_=True, kernel_size=1),
        decoder=dict(keypoint_order=_base_.keypoint_order),
    ),
)

train_dataloader = dict(batch_size=8)

val_evaluator = dict(_base_.val_evaluator, type='CrowdSubsetMetric')
test_evaluator = val_evaluator

auto_scale_lr = dict(base_batch_size=8)

custom_hooks = [*_base_.custom_hooks, dict(type='ChannelsLastHook')]
