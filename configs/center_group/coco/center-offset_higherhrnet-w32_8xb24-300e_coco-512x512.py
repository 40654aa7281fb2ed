_base_ = './center-ae_higherhrnet-w32_8xb24-300e_coco-512x512.py'

# Table 1, row 1. Nobody says how it was trained: the offsets, in cells, weigh as much as tags do.
codec = dict(_base_.codec, type='CenterOffsetCodec')

model = dict(
    head=dict(
        _delete_=True,
        type='CenterOffsetHead',
        in_channels=32,
        upsample=dict(num_modules=1, num_blocks=4, with_tags=False),  # offsets are too large
        keypoint_loss=dict(type='KeypointMSELoss'),
        offset_loss=dict(type='CenterOffsetLoss', loss_weight=1e-3),
        decoder=codec,
    )
)

train_pipeline = [
    dict(step, encoder=codec) if 'encoder' in step else step for step in _base_.train_pipeline
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
