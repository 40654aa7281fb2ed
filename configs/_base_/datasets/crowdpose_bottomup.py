# CrowdPose as HigherHRNet uses it: training on train and val together, testing on test.
data_root = 'data/crowdpose/'

# Head, neck, shoulders and hips are grouped before the limbs.
keypoint_order = [12, 13, 0, 1, 6, 7, 2, 3, 4, 5, 8, 9, 10, 11]
# COCO's for the same joints, and the shoulders' for head and neck.
keypoint_sigmas = [
    *(0.079, 0.079, 0.072, 0.072, 0.062, 0.062),
    *(0.107, 0.107, 0.087, 0.087, 0.089, 0.089),
    *(0.079, 0.079),
]
# As COCO's, with head and neck.
standing_pose = [
    *((0.3, 0.36), (-0.3, 0.36), (0.42, 0.76), (-0.42, 0.76), (0.43, 1.04), (-0.43, 1.04)),
    *((0.2, 1.2), (-0.2, 1.2), (0.22, 1.86), (-0.22, 1.86), (0.26, 2.52), (-0.26, 2.52)),
    *((0, -0.22), (0, 0.22)),
]

train_dataloader = dict(
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='CrowdPoseDataset',
        data_mode='bottomup',
        data_root=data_root,
        ann_file='annotations/mmpose_crowdpose_trainval.json',
        data_prefix=dict(img='images/'),
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
        type='CrowdPoseDataset',
        data_mode='bottomup',
        test_mode=True,
        data_root=data_root,
        ann_file='annotations/mmpose_crowdpose_test.json',
        data_prefix=dict(img='images/'),
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
    ann_file=data_root + 'annotations/mmpose_crowdpose_test.json',
    iou_type='keypoints_crowd',
    use_area=False,
    nms_mode='none',
    score_mode='bbox',
    prefix='crowdpose',
)
test_evaluator = val_evaluator
