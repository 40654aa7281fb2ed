_base_ = '../coco/ae_hrnet-w32_8xb24-300e_coco-512x512.py'

data_root = 'data/animals/'
metainfo = dict(from_file='{{ fileDirname }}/../../_base_/datasets/four_keypoint_animals.py')

# The metainfo gives the number of keypoints, the mirrored pairs, the sigmas of the metric and the
# order of grouping (from the middle of the skeleton outwards).
codec = dict(_base_.codec, metainfo=metainfo, decode_keypoint_order=None)

model = dict(head=dict(decoder=codec))

train_pipeline = _base_.train_pipeline
train_pipeline[3]['encoder'] = codec  # GenerateTarget

train_dataloader = dict(
    dataset=dict(
        data_root=data_root,
        metainfo=metainfo,
        ann_file='annotations/train.json',
        data_prefix=dict(img='images/'),
        pipeline=train_pipeline,
    )
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

val_evaluator = dict(ann_file=data_root + 'annotations/val.json')
test_evaluator = val_evaluator
