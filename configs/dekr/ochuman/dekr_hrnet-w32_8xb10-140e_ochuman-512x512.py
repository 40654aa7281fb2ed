_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/mmpose_140e.py',
    '../../_base_/models/hrnet-w32.py',
    '../../_base_/datasets/ochuman_bottomup.py',
]

model = dict(
    backbone=dict(extra=dict(stage4=dict(multiscale_output=True))),
    neck=dict(type='FeatureMapProcessor', concat=True),
    head=dict(
        _delete_=True,
        type='DEKRHead',
        in_channels=480,
        decoder=dict(type='DEKRCodec', keypoint_order=_base_.keypoint_order),
    ),
)

# a warm-up, as MMPose has it
param_scheduler = [
    dict(type='LinearLR', begin=0, end=500, start_factor=0.001, by_epoch=False),
    *_base_.param_scheduler,
]
train_dataloader = dict(batch_size=10)
auto_scale_lr = dict(base_batch_size=80)
