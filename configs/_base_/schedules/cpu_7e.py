# Some minutes on two CPU cores.
train_cfg = dict(by_epoch=True, max_epochs=7, val_interval=3)

optim_wrapper = dict(
    type='AutocastOptimWrapper', dtype='bfloat16', optimizer=dict(type='Adam', lr=3e-3)
)
param_scheduler = [
    dict(type='LinearLR', begin=0, end=200, start_factor=0.01, by_epoch=False),
    dict(type='CosineAnnealingLR', begin=0, end=7, T_max=7, convert_to_iter_based=True),
]
