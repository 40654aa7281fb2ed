_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/mmpose_300e.py',
    '../../_base_/models/cspnext-tiny.py',
    '../../_base_/datasets/coco_bottomup.py',
]

model = dict(
    backbone=dict(
        _delete_=True,
        type='MobileNetV2',
        out_indices=(1, 2, 4, 7),
        init_cfg=dict(type='Pretrained', checkpoint='mmcls://mobilenet_v2'),
    ),
    neck=dict(in_channels=(24, 32, 96, 1280)),
    head=dict(decoder=dict(keypoint_order=_base_.keypoint_order)),
)

train_dataloader = dict(batch_size=24)
auto_scale_lr = dict(base_batch_size=192)
