_base_ = ['./crowdpose_bottomup.py', '../pipelines/bottomup-512x512.py']

codec = dict(_base_.codec, input_size=(512, 512), heatmap_size=(128, 128))

train_pipeline = [
    dict(step, encoder=codec) if 'encoder' in step else step for step in _base_.train_pipeline
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=_base_.val_pipeline))
test_dataloader = val_dataloader
