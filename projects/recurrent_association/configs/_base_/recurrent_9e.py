# What the networks of Table 4 to 6 share: one image at a time, 9 epochs.
_base_ = '../../../../configs/_base_/default_runtime.py'

custom_imports = dict(
    imports=['projects.recurrent_association.evaluation', 'projects.recurrent_association.models']
)

train_cfg = dict(by_epoch=True, max_epochs=9, val_interval=1)

optim_wrapper = dict(optimizer=dict(type='Adam', lr=1e-4))
param_scheduler = [dict(type='MultiStepLR', milestones=[4], gamma=0.1, by_epoch=True)]

default_hooks = dict(checkpoint=dict(interval=1))
