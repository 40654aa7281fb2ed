_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/newell_200k.py',
    '../../_base_/models/hourglass-4stack.py',
    '../../_base_/datasets/coco-512x512_stride-4.py',
]

model = dict(head=dict(decoder=_base_.codec))

# The augmentation of the release; the paper does not describe its own.
train_pipeline = [
    dict(type='LoadImage'),
    dict(
        type='BottomupRandomAffine',
        input_size=(512, 512),
        scale_factor=(0.75, 1.25),
        scale_type='long',
    ),
    dict(type='RandomFlip', direction='horizontal'),
    dict(type='AEPhotometricDistortion'),
    dict(type='GenerateTarget', encoder=_base_.codec),
    dict(type='BottomupGetHeatmapMask'),
    dict(type='PackPoseInputs'),
]
train_dataloader = dict(batch_size=4, dataset=dict(pipeline=train_pipeline))

auto_scale_lr = dict(base_batch_size=32)

default_hooks = dict(checkpoint=dict(by_epoch=False, interval=10_000))
log_processor = dict(by_epoch=False)
