_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/mmpose_300e.py',
    '../../_base_/models/hrnet-w32.py',
    '../../_base_/datasets/coco_bottomup.py',
]

data_root = 'data/animals/'
metainfo = dict(from_file='{{ fileDirname }}/../../_base_/datasets/four_keypoint_animals.py')

# The metainfo gives the number of keypoints, the mirrored pairs, the sigmas of the metric and the
# order of grouping (from the middle of the skeleton outwards).
model = dict(head=dict(decoder=dict(metainfo=metainfo)))

train_dataloader = dict(
    batch_size=24,
    dataset=dict(
        data_root=data_root,
        metainfo=metainfo,
        ann_file='annotations/train.json',
        data_prefix=dict(img='images/'),
    ),
)
val_dataloader = dict(
    dataset=dict(
        data_root=data_root,
        metainfo=metainfo,
        ann_file='annotations/val.json',
        data_prefix=dict(img='images/'),
    )
)
test_dataloader = val_dataloader

val_evaluator = [
    dict(_base_.val_evaluator, ann_file=data_root + 'annotations/val.json'),
    dict(type='KeypointErrorMetric'),  # PCK and the mean error in pixels
]
test_evaluator = val_evaluator

auto_scale_lr = dict(base_batch_size=192)
