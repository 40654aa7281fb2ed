# MPII's keypoints and files on generated images of 192x192, which have been varied already:
# python tools/dataset_converters/synth_crowd.py --keypoints mpii --size 192 192 --crowding 0.4 \
#     --out data/synth_crowd_mpii
data_root = 'data/synth_crowd_mpii/'

# As in mpii_bottomup.py.
keypoint_order = [9, 8, 7, 6, 12, 13, 2, 3, 11, 14, 10, 15, 1, 4, 0, 5]

train_dataloader = dict(
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='MpiiDataset',
        data_mode='bottomup',
        data_root=data_root,
        ann_file='annotations/train.mat',
        groups_file='annotations/train_groups.mat',
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
        type='MpiiDataset',
        data_mode='bottomup',
        test_mode=True,
        data_root=data_root,
        ann_file='annotations/val.mat',
        groups_file='annotations/val_groups.mat',
        data_prefix=dict(img='val/'),
        pipeline=[
            dict(type='LoadImage'),
            dict(type='BottomupResize', input_size=(192, 192)),
            dict(type='PackPoseInputs'),
        ],
    ),
)
test_dataloader = val_dataloader

val_evaluator = dict(type='MpiiMultiPersonMetric')
test_evaluator = val_evaluator
