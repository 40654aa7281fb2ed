_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/cpu_7e.py',
    '../../_base_/models/hourglass-tiny.py',
    '../../_base_/datasets/synth_crowd_crowded.py',
]

codec = dict(_base_.codec, input_size=(192, 192), heatmap_size=(48, 48))

model = dict(
    head=dict(decoder=codec),
    test_cfg=dict(output_heatmaps=True),  # the margin is read from the tags
)

train_pipeline = [
    dict(type='LoadImage'),
    dict(
        type='BottomupRandomAffine',
        input_size=codec['input_size'],
        scale_factor=(0.9, 1.1),
        rotate_factor=0,
        shift_factor=0.05,
    ),
    dict(type='RandomFlip', direction='horizontal'),
    dict(type='GenerateTarget', encoder=codec),
    dict(type='BottomupGetHeatmapMask'),
    dict(type='PackPoseInputs'),
]
val_pipeline = [
    dict(type='LoadImage'),
    dict(type='BottomupResize', input_size=codec['input_size']),
    dict(type='PackPoseInputs'),
]

train_dataloader = dict(batch_size=8, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader

val_evaluator = [
    dict(_base_.val_evaluator, type='CrowdSubsetMetric'),
    dict(type='GroupMarginMetric'),
]
test_evaluator = val_evaluator

auto_scale_lr = dict(base_batch_size=8)

custom_hooks = [*_base_.custom_hooks, dict(type='ChannelsLastHook')]
