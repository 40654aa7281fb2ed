_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/cpu_7e.py',
    '../../_base_/models/cspnext-tiny.py',
    '../../_base_/datasets/synth_crowd.py',
]

# From random weights, and with the tag loss of the tiny hourglass, for comparison with it.
model = dict(
    backbone=dict(init_cfg=None),
    head=dict(
        tag_loss=dict(type='AssociativeEmbeddingLoss', loss_weight=0.012),
        decoder=dict(keypoint_order=_base_.keypoint_order),
    ),
)

train_dataloader = dict(batch_size=8)
auto_scale_lr = dict(base_batch_size=8)

custom_hooks = [*_base_.custom_hooks, dict(type='ChannelsLastHook')]
