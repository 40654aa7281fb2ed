_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/cpu_7e.py',
    '../../_base_/models/center-ae_hourglass-tiny.py',
    '../../_base_/datasets/synth_crowd_crowded.py',
]

# Centers rank their instances by the heatmaps, as tags do.
codec = dict(
    _base_.codec,
    type='CenterGroupCodec',
    input_size=(192, 192),
    heatmap_size=(48, 48),
    decode_candidate_kernel=3,
    decode_center_kernel=5,
    decode_max_candidates=20,
    decode_instance_score='heatmap',
)

model = dict(head=dict(decoder=codec))

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

val_evaluator = dict(type='CrowdSubsetMetric')
test_evaluator = val_evaluator

auto_scale_lr = dict(base_batch_size=8)

custom_hooks = [*_base_.custom_hooks, dict(type='ChannelsLastHook')]
