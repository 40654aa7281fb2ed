_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/mmpose_300e.py',
    '../../_base_/models/hourglass-4stack.py',
    '../../_base_/datasets/coco_bottomup.py',
]

# MMPose 0.x normalizes in every layer, and the images as for the other networks.
model = dict(
    data_preprocessor=dict(mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375]),
    backbone=dict(norm_cfg=dict(type='BN'), conv_order=('conv', 'norm', 'act')),
    head=dict(decoder=dict(preset='higher_hrnet', keypoint_order=_base_.keypoint_order)),
    test_cfg=dict(restore_heatmap_size=True),
)

train_dataloader = dict(batch_size=6)
auto_scale_lr = dict(base_batch_size=48)
