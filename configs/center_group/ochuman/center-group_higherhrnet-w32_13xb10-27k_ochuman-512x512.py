_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/center_group_27k.py',
    '../../_base_/models/hrnet-w32.py',
    '../../_base_/datasets/ochuman_bottomup.py',
]

model = dict(
    init_cfg=dict(
        type='Pretrained',
        checkpoint='work_dirs/center-ae_higherhrnet-w32_8xb24-300e_coco-512x512/epoch_300.pth',
    ),
    backbone=dict(norm_eval=True, norm_cfg=dict(type='BN', requires_grad=False)),
    head=dict(
        type='CenterGroupHead',
        upsample=dict(num_modules=1),
        keypoint_loss=dict(type='KeypointMSELoss', loss_weight=10),
        grouping_loss=dict(type='CenterGroupLoss', sigmas=_base_.keypoint_sigmas),
        decoder=dict(type='CenterGroupCodec', keypoint_order=_base_.keypoint_order),
    ),
)

_base_.train_dataloader.dataset.pipeline[1].rotate_factor = 0
train_dataloader = dict(batch_size=10)

default_hooks = dict(checkpoint=dict(by_epoch=False, interval=3000))
log_processor = dict(by_epoch=False)
