_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/mmpose_300e.py',
    '../../_base_/models/cspnext-tiny.py',
    '../../_base_/datasets/coco_bottomup.py',
]

model = dict(
    backbone=dict(
        deepen_factor=0.33,
        widen_factor=0.5,
        init_cfg=dict(
            checkpoint='https://download.openmmlab.com/mmdetection/v3.0/rtmdet/cspnext_rsb_pretrain/cspnext-s_imagenet_600e-ea671761.pth',
        ),
    ),
    neck=dict(in_channels=(64, 128, 256, 512)),
    head=dict(decoder=dict(keypoint_order=_base_.keypoint_order)),
)

train_dataloader = dict(batch_size=24)
auto_scale_lr = dict(base_batch_size=192)
