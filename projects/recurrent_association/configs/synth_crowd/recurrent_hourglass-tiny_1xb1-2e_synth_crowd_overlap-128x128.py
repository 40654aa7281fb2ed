_base_ = './recurrent_hourglass-tiny_1xb1-1e_synth_crowd_overlap-128x128.py'

train_cfg = dict(max_epochs=2)
_base_.param_scheduler[1].update(end=2, T_max=2)
