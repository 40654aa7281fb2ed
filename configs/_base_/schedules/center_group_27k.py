# CenterGroup, Section C.1, for 130 images per step. What is new has 3e-4 in the paper; in the
# release 1e-4 for 42 images, which it scales by their number. The detector has 1e-5, never scaled.
train_cfg = dict(by_epoch=False, max_iters=27_000, val_interval=3000)

optim_wrapper = dict(
    type='AmpOptimWrapper',
    optimizer=dict(type='Adam', lr=3.1e-4),
    clip_grad=dict(max_norm=1.0),
    paramwise_cfg=dict(
        custom_keys={
            'backbone': dict(lr_mult=1 / 31),
            'head.final_layer': dict(lr_mult=1 / 31),
            'head.upsample': dict(lr_mult=1 / 31),
        }
    ),
)
auto_scale_lr = dict(
    base_batch_size=130, unscaled=['backbone', 'head.final_layer', 'head.upsample']
)
param_scheduler = [
    dict(type='LinearLR', begin=0, end=1000, start_factor=0.001, by_epoch=False),
    dict(
        type='MultiStepLR',
        begin=0,
        end=27_000,
        milestones=[10_000, 20_000],
        gamma=0.1,
        by_epoch=False,
    ),
]
