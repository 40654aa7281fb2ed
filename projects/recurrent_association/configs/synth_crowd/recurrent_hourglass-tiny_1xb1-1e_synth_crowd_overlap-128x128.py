# As short as its children, which compare what the options do.
_base_ = './recurrent_hourglass-tiny_1xb1-2e_synth_crowd_overlap-128x128.py'

train_cfg = dict(max_epochs=1)
param_scheduler = [
    dict(type='LinearLR', begin=0, end=100, start_factor=0.01, by_epoch=False),
    dict(type='CosineAnnealingLR', begin=0, end=1, T_max=1, convert_to_iter_based=True),
]
