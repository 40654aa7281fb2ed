# CenterGroup, Section C.1, for 130 images per step. The paper trains what is new at 3e-4, the
# release at 1e-4; both have 1e-5 for the detector.
train_cfg = dict(by_epoch=False, max_iters=27_000, val_interval=3000)
val_cfg = dict()
test_cfg = dict()

optim_wrapper = dict(
    type='AmpOptimWrapper',
    optimizer=dict(type='Adam', lr=1e-4),
    paramwise_cfg=dict(
        custom_keys={
            'backbone': dict(lr_mult=0.1),
            'head.final_layer': dict(lr_mult=0.1),
            'head.upsample': dict(lr_mult=0.1),
        }
    ),
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
