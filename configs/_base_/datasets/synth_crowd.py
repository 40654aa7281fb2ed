# COCO's keypoints on generated images of 192x192, which have been varied already:
# python tools/dataset_converters/synth_crowd.py
data_root = 'data/synth_crowd/'

# As in coco_bottomup.py.
keypoint_order = [0, 1, 2, 3, 4, 5, 6, 11, 12, 7, 8, 9, 10, 13, 14, 15, 16]
keypoint_sigmas = [
    *(0.026, 0.025, 0.025, 0.035, 0.035),
    *(0.079, 0.079, 0.072, 0.072, 0.062, 0.062),
    *(0.107, 0.107, 0.087, 0.087, 0.089, 0.089),
]
standing_pose = [
    *((0, 0), (0.06, -0.08), (-0.06, -0.08), (0.14, -0.04), (-0.14, -0.04)),
    *((0.3, 0.36), (-0.3, 0.36), (0.42, 0.76), (-0.42, 0.76), (0.43, 1.04), (-0.43, 1.04)),
    *((0.2, 1.2), (-0.2, 1.2), (0.22, 1.86), (-0.22, 1.86), (0.26, 2.52), (-0.26, 2.52)),
]

train_dataloader = dict(
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='CocoDataset',
        data_mode='bottomup',
        data_root=data_root,
        ann_file='annotations/train.json',
        data_prefix=dict(img='train/'),
        pipeline=[
            dict(type='LoadImage'),
            dict(
                type='BottomupRandomAffine',
                input_size=(192, 192),
                scale_factor=(0.9, 1.1),
                rotate_factor=0,
                shift_factor=0.05,
            ),
            dict(type='RandomFlip', direction='horizontal'),
            dict(type='BottomupGetHeatmapMask'),
            dict(type='PackPoseInputs'),
        ],
    ),
)
val_dataloader = dict(
    batch_size=8,
    num_workers=2,
    persistent_workers=True,
    drop_last=False,
    sampler=dict(type='DefaultSampler', shuffle=False, round_up=False),
    dataset=dict(
        type='CocoDataset',
        data_mode='bottomup',
        test_mode=True,
        data_root=data_root,
        ann_file='annotations/val.json',
        data_prefix=dict(img='val/'),
        pipeline=[
            dict(type='LoadImage'),
            dict(type='BottomupResize', input_size=(192, 192)),
            dict(type='PackPoseInputs'),
        ],
    ),
)
test_dataloader = val_dataloader

val_evaluator = dict(
    type='CocoMetric',
    ann_file=data_root + 'annotations/val.json',
    nms_mode='none',
    score_mode='bbox',
)
test_evaluator = val_evaluator
