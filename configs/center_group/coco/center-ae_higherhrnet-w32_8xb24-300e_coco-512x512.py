_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/mmpose_300e.py',
    '../../_base_/models/center-ae_higherhrnet-w32.py',
    '../../_base_/datasets/coco-512x512_strides-4-2.py',
]

codec = dict(_base_.codec, type='CenterGroupCodec')

model = dict(head=dict(decoder=codec))

train_pipeline = [
    dict(step, encoder=codec) if 'encoder' in step else step for step in _base_.train_pipeline
]
train_dataloader = dict(batch_size=24, dataset=dict(pipeline=train_pipeline))

auto_scale_lr = dict(base_batch_size=192)
