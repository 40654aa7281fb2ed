# Enough to learn a handful of images by heart, in some minutes on two CPU cores.
train_cfg = dict(by_epoch=False, max_iters=1500, val_interval=500)

optim_wrapper = dict(
    type='AutocastOptimWrapper', dtype='bfloat16', optimizer=dict(type='Adam', lr=3e-3)
)
param_scheduler = [
    dict(type='LinearLR', begin=0, end=100, start_factor=0.01, by_epoch=False),
    dict(type='CosineAnnealingLR', begin=100, end=1500, T_max=1400, by_epoch=False),
]
