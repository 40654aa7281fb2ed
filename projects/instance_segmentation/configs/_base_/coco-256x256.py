# COCO's instances of the categories of VOC, in the order of VOC.
data_root = 'data/coco/'

categories = [
    *('airplane', 'bicycle', 'bird', 'boat', 'bottle', 'bus', 'car', 'cat', 'chair', 'cow'),
    *('dining table', 'dog', 'horse', 'motorcycle', 'person', 'potted plant', 'sheep', 'couch'),
    *('train', 'tv'),
]

train_dataloader = dict(
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='CocoInstanceDataset',
        data_root=data_root,
        ann_file='annotations/instances_train2017.json',
        categories=categories,
        data_prefix=dict(img='train2017/'),
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
        type='CocoInstanceDataset',
        test_mode=True,
        data_root=data_root,
        ann_file='annotations/instances_val2017.json',
        categories=categories,
        data_prefix=dict(img='val2017/'),
        pipeline=[
            dict(type='LoadImage'),
            dict(type='BottomupResize', input_size=(256, 256), resize_mode='fit'),
            dict(type='PackInstanceInputs'),
        ],
    ),
)
test_dataloader = val_dataloader

val_evaluator = dict(
    type='InstanceSegMetric', ann_file=data_root + 'annotations/instances_val2017.json'
)
test_evaluator = val_evaluator
