_base_ = './ae_resnet-101_8xb16-300e_coco-512x512-released.py'

model = dict(
    backbone=dict(
        depth=152,
        init_cfg=dict(checkpoint='https://download.pytorch.org/models/resnet152-394f9c45.pth'),
    )
)
