_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/newell_200k.py',
    '../../_base_/models/hourglass-4stack.py',
    '../../_base_/datasets/coco_bottomup.py',
]

# Half of the 68 channels are not used.
model = dict(
    backbone=dict(out_channels=68),
    head=dict(
        in_channels=68,
        further_channels=34,
        decoder=dict(preset='pose_ae_train', keypoint_order=_base_.keypoint_order),
    ),
)

_base_.train_dataloader.dataset.pipeline[1].update(scale_factor=(0.75, 1.25), scale_type='long')
_base_.train_dataloader.dataset.pipeline.insert(3, dict(type='AEPhotometricDistortion'))
# The long side is resized, and the image padded to a square.
_base_.val_dataloader.dataset.pipeline[1].resize_mode = 'fit'
_base_.test_dataloader.dataset.pipeline[1].resize_mode = 'fit'
train_dataloader = dict(batch_size=4)
auto_scale_lr = dict(base_batch_size=32)

default_hooks = dict(checkpoint=dict(by_epoch=False, interval=10_000))
log_processor = dict(by_epoch=False)
