# PoseTrack18 in the files of MMPose's guide, whose images have vid_id and frame_id and whose people
# a track_id; clips of two frames for tags that hold over time. Ears are never annotated. Regions to
# ignore, and frames whose is_labeled is false, are neither trained on nor counted in testing.
data_root = 'data/posetrack18/'
metainfo = dict(from_file='configs/_base_/datasets/posetrack18.py')

# Nose, head, shoulders and hips are grouped before the limbs.
keypoint_order = [0, 1, 2, 5, 6, 11, 12, 7, 8, 9, 10, 13, 14, 15, 16, 3, 4]

train_dataloader = dict(
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    collate_fn=dict(type='mmpose_ae.collate_clips'),
    dataset=dict(
        type='ClipDataset',
        frames=2,
        within=75,  # three seconds
        dataset=dict(
            type='CocoDataset',
            data_mode='bottomup',
            data_root=data_root,
            metainfo=metainfo,
            ann_file='annotations/posetrack18_train.json',
            data_prefix=dict(img=''),
            pipeline=[dict(type='LoadImage')],
        ),
        pipeline=[
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
        metainfo=metainfo,
        ann_file='annotations/posetrack18_val.json',
        data_prefix=dict(img=''),
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
    ann_file=data_root + 'annotations/posetrack18_val.json',
    nms_mode='none',
    score_mode='bbox',
)
test_evaluator = val_evaluator
