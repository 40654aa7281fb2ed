# People and balls:
# python tools/dataset_converters/synth_crowd.py --size 128 128 --balls 4 --people 1 4 \
#     --crowding 0.4 --unlabelled 0 --format png --out data/synth_crowd_balls
data_root = 'data/synth_crowd_balls/'

train_dataloader = dict(
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='CocoInstanceDataset',
        data_root=data_root,
        ann_file='annotations/train.json',
        data_prefix=dict(img='train/'),
        pipeline=[
            dict(type='LoadImage'),
            dict(
                type='BottomupRandomAffine',
                input_size=(128, 128),
                scale_factor=(0.9, 1.1),
                rotate_factor=0,
                shift_factor=0.05,
            ),
            dict(type='RandomFlip', direction='horizontal'),
            dict(type='LoadInstanceMap'),
            dict(type='PackInstanceInputs'),
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
        type='CocoInstanceDataset',
        test_mode=True,
        data_root=data_root,
        ann_file='annotations/val.json',
        data_prefix=dict(img='val/'),
        pipeline=[
            dict(type='LoadImage'),
            dict(type='BottomupResize', input_size=(128, 128)),
            dict(type='PackInstanceInputs'),
        ],
    ),
)
test_dataloader = val_dataloader

val_evaluator = dict(type='InstanceSegMetric', ann_file=data_root + 'annotations/val.json')
test_evaluator = val_evaluator
