# The network whose features the recurrent models read, and whose grouping they are compared with.
_base_ = [
    '../../../../configs/_base_/default_runtime.py',
    '../../../../configs/_base_/schedules/cpu_7e.py',
    '../../../../configs/_base_/models/hourglass-tiny.py',
    '../_base_/synth_crowd_overlap-128x128.py',
]

custom_imports = dict(
    imports=['projects.recurrent_association.evaluation', 'projects.recurrent_association.models']
)

# 17 heatmaps, 17 tags, and 34 features as in the release
model = dict(
    backbone=dict(out_channels=68),
    head=dict(
        in_channels=68,
        further_channels=34,
        decoder=dict(targets=dict(sigma=1.5), keypoint_order=_base_.keypoint_order),
    ),
)

train_dataloader = dict(batch_size=8)

train_cfg = dict(max_epochs=10)
_base_.param_scheduler[1].update(end=10, T_max=10)

val_evaluator = [_base_.val_evaluator, dict(type='InventedInstancesMetric')]
test_evaluator = val_evaluator

auto_scale_lr = dict(base_batch_size=8)

custom_hooks = [*_base_.custom_hooks, dict(type='ChannelsLastHook')]
