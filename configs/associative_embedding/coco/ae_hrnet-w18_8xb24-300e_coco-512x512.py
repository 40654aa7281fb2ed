_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/mmpose_300e.py',
    '../../_base_/models/hrnet-w32.py',
    '../../_base_/datasets/coco_bottomup.py',
]

# MMPose has no pose weights of this width; these are of ImageNet.
model = dict(
    backbone=dict(
        extra=dict(
            stage2=dict(num_channels=(18, 36)),
            stage3=dict(num_channels=(18, 36, 72)),
            stage4=dict(num_channels=(18, 36, 72, 144)),
        ),
        init_cfg=dict(checkpoint='open-mmlab://msra/hrnetv2_w18'),
    ),
    head=dict(in_channels=18, decoder=dict(keypoint_order=_base_.keypoint_order)),
)

train_dataloader = dict(batch_size=24)
auto_scale_lr = dict(base_batch_size=192)
