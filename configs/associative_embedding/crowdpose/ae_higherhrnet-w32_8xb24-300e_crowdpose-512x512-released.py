_base_ = './ae_higherhrnet-w32_4xb12-300e_crowdpose-512x512-released.py'

codec = dict(_base_.codec, decode_keypoint_order=list(range(14)))

model = dict(head=dict(decoder=codec))

train_pipeline = [
    dict(step, encoder=codec) if 'encoder' in step else step for step in _base_.train_pipeline
]
train_dataloader = dict(batch_size=24, dataset=dict(pipeline=train_pipeline))
optim_wrapper = dict(optimizer=dict(lr=1.5e-3))
auto_scale_lr = dict(base_batch_size=192)
