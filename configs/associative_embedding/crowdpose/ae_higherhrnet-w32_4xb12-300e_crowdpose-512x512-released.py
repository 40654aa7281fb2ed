_base_ = [
    './ae_higherhrnet-w32_4xb12-300e_crowdpose-512x512.py',
    '../../_base_/released/higher_hrnet.py',
]

# The release takes over COCO's order of grouping, whose keypoints are others.
codec = dict(
    _base_.codec,
    **_base_.released,
    decode_keypoint_order=[0, 1, 2, 3, 4, 5, 6, 11, 12, 7, 8, 9, 10, 13],
)

model = dict(head=dict(decoder=codec), test_cfg=dict(restore_heatmap_size=True))

train_pipeline = [
    dict(step, encoder=codec) if 'encoder' in step else step for step in _base_.train_pipeline
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
