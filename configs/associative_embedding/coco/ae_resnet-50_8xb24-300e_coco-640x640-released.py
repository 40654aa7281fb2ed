_base_ = './ae_resnet-50_8xb24-300e_coco-512x512-released.py'

codec = dict(_base_.codec, input_size=(640, 640), heatmap_size=(160, 160))

model = dict(head=dict(decoder=codec))

changed = dict(input_size=codec['input_size'], encoder=codec)
train_pipeline = [
    dict(step, **{key: changed[key] for key in changed if key in step})
    for step in _base_.train_pipeline
]
val_pipeline = [
    dict(step, **{key: changed[key] for key in changed if key in step})
    for step in _base_.val_pipeline
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader
