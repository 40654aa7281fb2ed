_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/newell_200k.py',
    '../../_base_/models/hourglass-4stack.py',
    '../../_base_/datasets/ochuman_bottomup.py',
]

model = dict(head=dict(decoder=dict(keypoint_order=_base_.keypoint_order)))

# The augmentation of the release; the paper does not describe its own.
_base_.train_dataloader.dataset.pipeline[1].update(scale_factor=(0.75, 1.25), scale_type='long')
_base_.train_dataloader.dataset.pipeline.insert(3, dict(type='AEPhotometricDistortion'))
train_dataloader = dict(batch_size=4)
auto_scale_lr = dict(base_batch_size=32)

default_hooks = dict(checkpoint=dict(by_epoch=False, interval=10_000))
log_processor = dict(by_epoch=False)
