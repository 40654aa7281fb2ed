_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/newell_200k.py',
    '../../_base_/models/hourglass-4stack.py',
    '../../_base_/datasets/mpii_bottomup.py',
]

# As for COCO, of 16 keypoints.
codec = dict(type='MSRAHeatmap', input_size=(384, 384), heatmap_size=(96, 96), sigma=2)
model = dict(
    type='TopdownPoseEstimator',
    data_preprocessor=dict(pad_size_divisor=64),
    backbone=dict(out_channels=16),
    head=dict(
        _delete_=True,
        type='CPMHead',
        in_channels=16,
        out_channels=16,
        num_stages=4,
        final_layer=None,
        decoder=codec,
    ),
)

data_mode = 'topdown'
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='GetBBoxCenterScale'),
    dict(type='mmpose.RandomFlip', direction='horizontal'),
    dict(type='RandomBBoxTransform', rotate_factor=30, scale_factor=(0.75, 1.25)),
    dict(type='TopdownAffine', input_size=codec['input_size']),
    dict(type='GenerateTarget', encoder=codec),
    dict(type='mmpose.PackPoseInputs'),
]
val_pipeline = [
    dict(type='LoadImage'),
    dict(type='GetBBoxCenterScale'),
    dict(type='TopdownAffine', input_size=codec['input_size']),
    dict(type='mmpose.PackPoseInputs'),
]
train_dataloader = dict(batch_size=8, dataset=dict(data_mode=data_mode, pipeline=train_pipeline))
val_dataloader = dict(batch_size=32, dataset=dict(data_mode=data_mode, pipeline=val_pipeline))
test_dataloader = val_dataloader
# Of single people, without the groups of the benchmark.
val_evaluator = dict(_delete_=True, type='PCKAccuracy', thr=0.05, norm_item='bbox')
test_evaluator = val_evaluator
auto_scale_lr = dict(base_batch_size=64)

default_hooks = dict(checkpoint=dict(by_epoch=False, interval=10_000))
log_processor = dict(by_epoch=False)
