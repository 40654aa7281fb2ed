# Learns a few images by heart: tools/benchmark/overfit.py.
_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/cpu_1500.py',
    '../../_base_/models/hourglass-tiny.py',
    '../../_base_/datasets/coco_bottomup.py',
    '../../_base_/pipelines/overfit-512x512.py',
]

codec = dict(_base_.codec, input_size=(512, 512), heatmap_size=(128, 128))

model = dict(head=dict(decoder=codec))

train_pipeline = [
    dict(step, encoder=codec) if 'encoder' in step else step for step in _base_.train_pipeline
]
train_dataloader = dict(
    batch_size=4,
    num_workers=0,
    persistent_workers=False,
    sampler=dict(type='InfiniteSampler', shuffle=True),
    dataset=dict(pipeline=train_pipeline),
)
val_dataloader = dict(
    num_workers=0, persistent_workers=False, dataset=dict(pipeline=_base_.val_pipeline)
)
test_dataloader = val_dataloader

custom_hooks = [*_base_.custom_hooks, dict(type='ChannelsLastHook')]
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=500))
log_processor = dict(by_epoch=False)

auto_scale_lr = dict(base_batch_size=4)
