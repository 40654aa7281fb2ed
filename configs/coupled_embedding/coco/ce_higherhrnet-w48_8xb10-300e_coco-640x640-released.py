_base_ = [
    './ce_higherhrnet-w48_8xb10-300e_coco-640x640.py',
    '../../_base_/released/coupled_embedding.py',
]

codec = dict(
    _base_.codec,
    **_base_.released,
    decode_keypoint_order=list(range(17)),
    decode_nms_kernel=7,
)

model = dict(head=dict(decoder=codec), test_cfg=dict(restore_heatmap_size=True))

train_pipeline = [
    dict(step, encoder=codec) if 'encoder' in step else step for step in _base_.train_pipeline
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
