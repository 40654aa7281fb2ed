# For a GPU, where a step with 16 images hardly takes longer than one with a single image.
_base_ = './recurrent_hourglass-tiny_1xb1-1e_synth_crowd_overlap-128x128.py'

train_dataloader = dict(batch_size=16)

train_cfg = dict(max_epochs=30, val_interval=10)
optim_wrapper = dict(
    _delete_=True,
    type='OptimWrapper',
    optimizer=dict(type='Adam', lr=5e-3),
    clip_grad=dict(max_norm=20),
)
_base_.param_scheduler[1].update(end=30, T_max=30)

auto_scale_lr = dict(base_batch_size=16)
