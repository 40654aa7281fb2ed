_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/mmpose_300e.py',
    '../../_base_/models/center-ae_higherhrnet-w32.py',
    '../../_base_/datasets/coco-512x512_centers.py',
]

model = dict(head=dict(decoder=_base_.codec))

train_dataloader = dict(batch_size=24)

auto_scale_lr = dict(base_batch_size=192)
