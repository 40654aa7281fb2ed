_base_ = './ae_hourglass-tiny_1xb8-7e_synth_crowd-192x192.py'

train_cfg = dict(max_epochs=40, val_interval=5)
param_scheduler = [
    dict(type='LinearLR', begin=0, end=200, start_factor=0.01, by_epoch=False),
    dict(type='CosineAnnealingLR', begin=0, end=40, T_max=40, convert_to_iter_based=True),
]
