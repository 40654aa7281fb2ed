_base_ = ['./ae_resnet-50_8xb24-300e_coco-512x512.py', '../../_base_/released/higher_hrnet.py']

codec = dict(_base_.codec, **_base_.released)

model = dict(head=dict(decoder=codec), test_cfg=dict(restore_heatmap_size=True))

train_pipeline = [
    dict(step, encoder=codec) if 'encoder' in step else step for step in _base_.train_pipeline
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
