_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/higherhrnet_300e.py',
    '../../_base_/models/higherhrnet-w32.py',
    '../../_base_/datasets/coco-512x512_strides-4-2.py',
]

model = dict(head=dict(decoder=_base_.codec))

train_dataloader = dict(batch_size=12)

auto_scale_lr = dict(base_batch_size=48)
