# Parts of datasets whose images hold several instances each; a dataset adds its type and files.
train_dataloader = dict(
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(data_mode='bottomup'),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=4,
    persistent_workers=True,
    drop_last=False,
    sampler=dict(type='DefaultSampler', shuffle=False, round_up=False),
    dataset=dict(data_mode='bottomup', test_mode=True),
)
test_dataloader = val_dataloader

val_evaluator = dict(type='CocoMetric', nms_mode='none', score_mode='bbox')
test_evaluator = val_evaluator
