# OCHuman, which is for testing: training is on COCO as in coco_bottomup.py, validation on OCHuman's
# val and testing on its test set. Networks trained with a config for COCO are tested by this one.
ochuman_root = 'data/ochuman/'
ochuman_val_file = 'annotations/ochuman_coco_format_val_range_0.00_1.00.json'
ochuman_test_file = 'annotations/ochuman_coco_format_test_range_0.00_1.00.json'

# Nose, eyes, ears, shoulders and hips are grouped before the limbs.
keypoint_order = [0, 1, 2, 3, 4, 5, 6, 11, 12, 7, 8, 9, 10, 13, 14, 15, 16]
# How far apart two people who annotate a keypoint put it, relative to the person's size.
keypoint_sigmas = [
    *(0.026, 0.025, 0.025, 0.035, 0.035),
    *(0.079, 0.079, 0.072, 0.072, 0.062, 0.062),
    *(0.107, 0.107, 0.087, 0.087, 0.089, 0.089),
]

train_dataloader = dict(
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='CocoDataset',
        data_mode='bottomup',
        data_root='data/coco/',
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
        type='OCHumanDataset',
        data_mode='bottomup',
        test_mode=True,
        data_root=ochuman_root,
        ann_file=ochuman_val_file,
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
test_dataloader = dict(
    val_dataloader, dataset=dict(val_dataloader['dataset'], ann_file=ochuman_test_file)
)

val_evaluator = dict(
    type='CocoMetric',
    ann_file=ochuman_root + ochuman_val_file,
    nms_mode='none',
    score_mode='bbox',
)
test_evaluator = dict(val_evaluator, ann_file=ochuman_root + ochuman_test_file)
