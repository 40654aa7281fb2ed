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
        type='CIDHead',
        in_channels=480,
        gfd_channels=32,
        decoder=dict(type='CIDCodec', keypoint_order=_base_.keypoint_order),
    ),
    train_cfg=dict(max_train_instances=200),
)

train_dataloader = dict(batch_size=20)
auto_scale_lr = dict(base_batch_size=160)
