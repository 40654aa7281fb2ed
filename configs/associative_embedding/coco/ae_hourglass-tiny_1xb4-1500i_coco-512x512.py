# Learns a few images by heart: tools/benchmark/overfit.py.
_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/cpu_1500.py',
    '../../_base_/models/hourglass-tiny.py',
    '../../_base_/datasets/coco_bottomup.py',
]

codec = dict(_base_.codec, input_size=(512, 512), heatmap_size=(128, 128))

model = dict(head=dict(decoder=codec))

# The whole image, turned, shifted, scaled and mirrored a little.
train_pipeline = [
    dict(type='LoadImage'),
    dict(
        type='BottomupRandomAffine',
        input_size=codec['input_size'],
        scale_type='long',
        scale_factor=(0.9, 1.1),
        shift_factor=0.05,
        rotate_factor=10,
    ),
    dict(type='RandomFlip', direction='horizontal'),
    dict(type='GenerateTarget', encoder=codec),
    dict(type='BottomupGetHeatmapMask'),
    dict(type='PackPoseInputs'),
]
val_pipeline = [
    dict(type='LoadImage'),
    dict(type='BottomupResize', input_size=codec['input_size'], size_factor=64, resize_mode='fit'),
    dict(type='PackPoseInputs'),
]

train_dataloader = dict(
    batch_size=4,
    num_workers=0,
    persistent_workers=False,
    sampler=dict(type='InfiniteSampler', shuffle=True),
    dataset=dict(pipeline=train_pipeline),
)
val_dataloader = dict(num_workers=0, persistent_workers=False, dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader

custom_hooks = [*_base_.custom_hooks, dict(type='ChannelsLastHook')]
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=500))
log_processor = dict(by_epoch=False)

auto_scale_lr = dict(base_batch_size=4)
