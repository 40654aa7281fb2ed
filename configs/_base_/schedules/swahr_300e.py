# SWAHR's release: a short warm-up, then a straight line down to 0.
train_cfg = dict(by_epoch=True, max_epochs=300, val_interval=10)

optim_wrapper = dict(optimizer=dict(type='Adam', lr=2.5e-4))
param_scheduler = [
    dict(type='LinearLR', begin=0, end=3, start_factor=0.1, convert_to_iter_based=True),
    dict(
        type='LinearLR',
        begin=3,
        end=300,
        start_factor=1.0,
        end_factor=0.0,
        convert_to_iter_based=True,
    ),
]
