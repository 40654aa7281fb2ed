_base_ = './center-ae_hourglass-tiny_1xb8-7e_synth_crowd_crowded-192x192.py'

codec = dict(_base_.codec, type='CenterOffsetCodec')

model = dict(
    head=dict(
        _delete_=True,
        type='CenterOffsetHead',
        in_channels=48,
        final_layer=dict(kernel_size=1),
        keypoint_loss=dict(type='KeypointMSELoss'),
        offset_loss=dict(type='CenterOffsetLoss', loss_weight=1e-3),
        decoder=codec,
    )
)

train_pipeline = [
    dict(step, encoder=codec) if 'encoder' in step else step for step in _base_.train_pipeline
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
