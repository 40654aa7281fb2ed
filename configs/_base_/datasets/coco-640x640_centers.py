_base_ = './coco-640x640_strides-4-2.py'

codec = dict(_base_.codec, type='CenterGroupCodec')

train_pipeline = [
    dict(step, encoder=codec) if 'encoder' in step else step for step in _base_.train_pipeline
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
