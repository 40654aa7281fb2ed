_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/mmpose_300e.py',
    '../../_base_/models/hrnet-w32.py',
    '../../_base_/datasets/crowdpose_bottomup.py',
]

model = dict(
    backbone=dict(extra=dict(stage4=dict(multiscale_output=True))),
    neck=dict(type='FeatureMapProcessor', concat=True),
    head=dict(
        _delete_=True,
        type='DEKRHead',
        in_channels=480,
        displacement_loss=dict(loss_weight=0.004),
        decoder=dict(type='DEKRCodec', keypoint_order=_base_.keypoint_order),
    ),
)

optim_wrapper = dict(optimizer=dict(lr=1e-3))
train_dataloader = dict(batch_size=10)
auto_scale_lr = dict(base_batch_size=80)
