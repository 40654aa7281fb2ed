data_root = 'data/synth_crowd/'

# Leaves add the sizes. COCO's keypoints: nose, eyes, ears, shoulders and hips before the limbs.
codec = dict(
    type='AEDecoder',
    sigma=2,
    decode_keypoint_order=[0, 1, 2, 3, 4, 5, 6, 11, 12, 7, 8, 9, 10, 13, 14, 15, 16],
    decode_topk=30,
    decode_max_instances=30,
)

train_dataloader = dict(
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='CocoDataset',
        data_root=data_root,
        data_mode='bottomup',
        ann_file='annotations/train.json',
        data_prefix=dict(img='train/'),
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
        data_root=data_root,
        data_mode='bottomup',
        ann_file='annotations/val.json',
        data_prefix=dict(img='val/'),
        test_mode=True,
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
