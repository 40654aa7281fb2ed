# MPII as its authors publish it, at 512x512 with the augmentation of MMPose's bottom-up models: 350
# images of the training set are held out. Not named mpii.py: MMPose looks for its metainfo there.
data_root = 'data/mpii/'
release = dict(
    ann_file='annotations/mpii_human_pose_v1_u12_1.mat',
    groups_file='annotations/groups_v12.mat',
    data_prefix=dict(img='images/'),
)

# Head, trunk, shoulders and hips are grouped before the limbs.
keypoint_order = [9, 8, 7, 6, 12, 13, 2, 3, 11, 14, 10, 15, 1, 4, 0, 5]

train_dataloader = dict(
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='MpiiDataset',
        data_mode='bottomup',
        data_root=data_root,
        subset='train',
        **release,
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
        type='MpiiDataset',
        data_mode='bottomup',
        test_mode=True,
        data_root=data_root,
        subset='val',
        **release,
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

val_evaluator = dict(type='MpiiMultiPersonMetric')
test_evaluator = val_evaluator
