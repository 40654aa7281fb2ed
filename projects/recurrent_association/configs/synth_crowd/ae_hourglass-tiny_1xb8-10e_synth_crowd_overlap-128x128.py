# The network whose features the recurrent models read, and whose grouping they are compared with.
_base_ = [
    '../../../../configs/_base_/default_runtime.py',
    '../../../../configs/_base_/schedules/cpu_7e.py',
    '../../../../configs/_base_/models/hourglass-tiny.py',
    '../_base_/synth_crowd_overlap-128x128.py',
]

custom_imports = dict(
    imports=[
        'mmpose_ae',
        'projects.recurrent_association.evaluation',
        'projects.recurrent_association.models',
    ],
    allow_failed_imports=False,
)

# 17 heatmaps, 17 tags, and 34 features as in the release
model = dict(backbone=dict(out_channels=68), head=dict(in_channels=68, decoder=_base_.codec))

train_cfg = dict(max_epochs=10)
param_scheduler = [
    dict(type='LinearLR', begin=0, end=200, start_factor=0.01, by_epoch=False),
    dict(type='CosineAnnealingLR', begin=0, end=10, T_max=10, convert_to_iter_based=True),
]

val_evaluator = [_base_.val_evaluator, dict(type='InventedInstancesMetric')]
test_evaluator = val_evaluator

custom_hooks = [*_base_.custom_hooks, dict(type='ChannelsLastHook')]
