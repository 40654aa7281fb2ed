_base_ = './ae_hrnet-w32_8xb24-300e_coco-512x512-released.py'

# MMPose 0.x normalises in every layer, and the images as for the other networks.
model = dict(
    backbone=dict(
        _delete_=True,
        type='HourglassAE',
        out_channels=34,
        norm_cfg=dict(type='BN'),
        conv_order=('conv', 'norm', 'act'),
    ),
    head=dict(in_channels=34, num_stacks=4, final_layer=None),
)
train_dataloader = dict(batch_size=6)
auto_scale_lr = dict(base_batch_size=48)
