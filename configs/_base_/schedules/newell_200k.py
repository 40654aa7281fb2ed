# Associative Embedding, Section 4: 2e-4, "dropped to 1e-5 after about 150k iterations". The paper
# does not say when training ends: here after 50k more.
train_cfg = dict(by_epoch=False, max_iters=200_000, val_interval=10_000)

optim_wrapper = dict(optimizer=dict(type='Adam', lr=2e-4))
param_scheduler = [
    dict(type='MultiStepLR', begin=0, end=200_000, milestones=[150_000], gamma=0.05, by_epoch=False)
]
