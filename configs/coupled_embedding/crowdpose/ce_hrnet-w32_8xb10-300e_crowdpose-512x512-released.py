_base_ = [
    './ce_hrnet-w32_8xb10-300e_crowdpose-512x512.py',
    '../../_base_/released/coupled_embedding.py',
]

codec = dict(
    _base_.codec,
    **_base_.released,
    decode_keypoint_order=[13, 12, *range(12)],
)

model = dict(head=dict(decoder=codec), test_cfg=dict(restore_heatmap_size=True))

train_pipeline = [
    dict(step, encoder=codec) if 'encoder' in step else step for step in _base_.train_pipeline
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
