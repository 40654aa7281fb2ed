_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/mmpose_300e.py',
    '../../_base_/models/hrnet-w32.py',
    '../../_base_/datasets/coco_bottomup.py',
]

# Table 1, row 1. Nobody says how it was trained: the offsets, in cells, weigh as much as tags do.
model = dict(
    head=dict(
        type='CenterOffsetHead',
        upsample=dict(num_modules=1, with_tags=False),  # offsets are too large
        offset_loss=dict(type='CenterOffsetLoss', loss_weight=1e-3),
        decoder=dict(type='CenterOffsetCodec', keypoint_order=_base_.keypoint_order),
    ),
)

train_dataloader = dict(batch_size=24)
auto_scale_lr = dict(base_batch_size=192)
