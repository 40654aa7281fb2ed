_base_ = [
    './center-group_higherhrnet-w48_13xb10-27k_crowdpose-640x640.py',
    '../../_base_/released/center_group.py',
]

codec = dict(_base_.codec, **_base_.released)

model = dict(head=dict(decoder=codec))

train_pipeline = [
    dict(step, encoder=codec) if 'encoder' in step else step for step in _base_.train_pipeline
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
