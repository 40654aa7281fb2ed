# COCO's keypoints (2017), at 512x512 with the augmentation of MMPose's bottom-up models. Not named
# coco.py: MMPose looks for its metainfo under that path, in the working directory first.
data_root = 'data/coco/'

# Nose, eyes, ears, shoulders and hips are grouped before the limbs.
keypoint_order = [0, 1, 2, 3, 4, 5, 6, 11, 12, 7, 8, 9, 10, 13, 14, 15, 16]
# How far apart two people who annotate a keypoint put it, relative to the person's size.
keypoint_sigmas = [
    *(0.026, 0.025, 0.025, 0.035, 0.035),
    *(0.079, 0.079, 0.072, 0.072, 0.062, 0.062),
    *(0.107, 0.107, 0.087, 0.087, 0.089, 0.089),
]
# How far apart a person's keypoints typically are, as points (x, y) of somebody who stands, arms
# down, in any unit: what DensityGrouping takes as pose.
standing_pose = [
    *((0, 0), (0.06, -0.08), (-0.06, -0.08), (0.14, -0.04), (-0.14, -0.04)),
    *((0.3, 0.36), (-0.3, 0.36), (0.42, 0.76), (-0.42, 0.76), (0.43, 1.04), (-0.43, 1.04)),
    *((0.2, 1.2), (-0.2, 1.2), (0.22, 1.86), (-0.22, 1.86), (0.26, 2.52), (-0.26, 2.52)),
]

train_dataloader = dict(
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='CocoDataset',
        data_mode='bottomup',
        data_root=data_root,
        ann_file='annotations/person_keypoints_train2017.json',
        data_prefix=dict(img='train2017/'),
        pipeline=[
            dict(type='LoadImage'),
            dict(type='BottomupRandomAffine', input_size=(512, 512)),
            dict(type='RandomFlip', direction='horizontal'),
            dict(type='BottomupGetHeatmapMask'),
            dict(type='PackPoseInputs'),
        ],
    ),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=4,
    persistent_workers=True,
    drop_last=False,
    sampler=dict(type='DefaultSampler', shuffle=False, round_up=False),
    dataset=dict(
        type='CocoDataset',
        data_mode='bottomup',
        test_mode=True,
        data_root=data_root,
        ann_file='annotations/person_keypoints_val2017.json',
        data_prefix=dict(img='val2017/'),
        pipeline=[
            dict(type='LoadImage'),
            dict(
                type='BottomupResize', input_size=(512, 512), size_factor=64, resize_mode='expand'
            ),
            dict(type='PackPoseInputs'),
        ],
    ),
)
test_dataloader = val_dataloader

val_evaluator = dict(
    type='CocoMetric',
    ann_file=data_root + 'annotations/person_keypoints_val2017.json',
    nms_mode='none',
    score_mode='bbox',
)
test_evaluator = val_evaluator
