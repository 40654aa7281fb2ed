# For a GPU: steps of 16 images are hardly slower there than of one.
_base_ = './recurrent_hourglass-tiny_1xb1-1e_synth_crowd_overlap-128x128.py'

train_dataloader = dict(batch_size=16)

train_cfg = dict(max_epochs=30, val_interval=10)
optim_wrapper = dict(optimizer=dict(lr=5e-3))
_base_.param_scheduler[1].update(end=30, T_max=30)

auto_scale_lr = dict(base_batch_size=16)
