_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/mmpose_300e.py',
    '../../_base_/models/ce_higherhrnet-w48.py',
    '../../_base_/datasets/crowdpose-640x640_strides-4-2.py',
]

model = dict(head=dict(keypoint_loss=dict(theta=0.55), decoder=_base_.codec))

train_dataloader = dict(batch_size=10)

auto_scale_lr = dict(base_batch_size=80)
