_base_ = [
    './ae_hourglass-4stack_8xb4-200k_coco-512x512.py',
    '../../_base_/released/pose_ae_train.py',
]

codec = dict(_base_.codec, **_base_.released)

# Half of the 68 channels are not used.
model = dict(backbone=dict(out_channels=68), head=dict(in_channels=68, decoder=codec))

train_pipeline = [
    dict(step, encoder=codec) if 'encoder' in step else step for step in _base_.train_pipeline
]
# The long side is resized, and the image padded to a square.
val_pipeline = [
    dict(step, resize_mode='fit') if 'resize_mode' in step else step for step in _base_.val_pipeline
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader
