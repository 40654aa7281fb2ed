_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/cpu_7e.py',
    '../../_base_/models/hourglass-tiny.py',
    '../../_base_/datasets/synth_crowd.py',
]

model = dict(head=dict(decoder=dict(keypoint_order=_base_.keypoint_order)))

train_dataloader = dict(batch_size=8)

train_cfg = dict(max_epochs=40, val_interval=5)
_base_.param_scheduler[1].update(end=40, T_max=40)

auto_scale_lr = dict(base_batch_size=8)

custom_hooks = [*_base_.custom_hooks, dict(type='ChannelsLastHook')]
