_base_ = './crowdpose-640x640_stride-4.py'

# HigherHRNet's two resolutions
codec = dict(_base_.codec, heatmap_size=[(160, 160), (320, 320)])

train_pipeline = [
    dict(step, encoder=codec) if 'encoder' in step else step for step in _base_.train_pipeline
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
