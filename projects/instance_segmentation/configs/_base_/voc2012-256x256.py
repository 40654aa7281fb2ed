# VOC 2012's segmentation, 1,464 images to train and 1,449 to validate.
data_root = 'data/VOCdevkit/VOC2012/'

train_dataloader = dict(
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='VocInstanceDataset',
        data_root=data_root,
        ann_file='ImageSets/Segmentation/train.txt',
        pipeline=[
            dict(type='LoadImage'),
            dict(type='BottomupRandomAffine', input_size=(256, 256), scale_type='long'),
            dict(type='RandomFlip', direction='horizontal'),
            dict(type='LoadInstanceMap', size_range=(16, 256)),
            dict(type='PackInstanceInputs'),
        ],
    ),
)
val_dataloader = dict(
    batch_size=8,
    num_workers=4,
    persistent_workers=True,
    drop_last=False,
    sampler=dict(type='DefaultSampler', shuffle=False, round_up=False),
    dataset=dict(
        type='VocInstanceDataset',
        test_mode=True,
        data_root=data_root,
        ann_file='ImageSets/Segmentation/val.txt',
        pipeline=[
            dict(type='LoadImage'),
            dict(type='BottomupResize', input_size=(256, 256), resize_mode='fit'),
            dict(type='PackInstanceInputs'),
        ],
    ),
)
test_dataloader = val_dataloader

val_evaluator = dict(type='InstanceSegMetric')
test_evaluator = val_evaluator
