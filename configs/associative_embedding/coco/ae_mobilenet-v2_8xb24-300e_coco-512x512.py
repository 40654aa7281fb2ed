_base_ = './ae_resnet-50_8xb24-300e_coco-512x512.py'

model = dict(
    backbone=dict(
        _delete_=True,
        type='MobileNetV2',
        out_indices=(7,),
        init_cfg=dict(type='Pretrained', checkpoint='mmcls://mobilenet_v2'),
    ),
    head=dict(in_channels=1280),
)
