_base_ = './ae_resnet-50_8xb24-300e_coco-512x512-released.py'

model = dict(
    backbone=dict(
        depth=101,
        init_cfg=dict(checkpoint='https://download.pytorch.org/models/resnet101-63fe2227.pth'),
    )
)
train_dataloader = dict(batch_size=16)
auto_scale_lr = dict(base_batch_size=128)
