_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/newell_200k.py',
    '../../_base_/models/hourglass-4stack.py',
    '../../_base_/datasets/coco_bottomup.py',
]

# The network of Associative Embedding with heatmaps alone, of one person at a time. The release
# looks at people in crops of 512, 400 and 300 pixels: scaled by 0.75 to 1.25 these are as large.
codec = dict(type='MSRAHeatmap', input_size=(384, 384), heatmap_size=(96, 96), sigma=2)
model = dict(
    type='TopdownPoseEstimator',
    data_preprocessor=dict(pad_size_divisor=64),
    backbone=dict(out_channels=17),
    head=dict(
        _delete_=True,
        type='CPMHead',
        in_channels=17,
        out_channels=17,
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
val_evaluator = dict(score_mode='bbox_keypoint')
test_evaluator = val_evaluator
auto_scale_lr = dict(base_batch_size=64)

default_hooks = dict(checkpoint=dict(by_epoch=False, interval=10_000))
log_processor = dict(by_epoch=False)
