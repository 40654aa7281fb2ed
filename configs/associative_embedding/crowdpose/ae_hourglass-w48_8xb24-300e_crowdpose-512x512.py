_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/mmpose_300e.py',
    '../../_base_/models/hourglass-tiny.py',
    '../../_base_/datasets/crowdpose_bottomup.py',
]

# 14 heatmaps and 14 tags
model = dict(
    backbone=dict(out_channels=28),
    head=dict(
        in_channels=28,
        tag_loss=dict(loss_weight=1e-3),
        decoder=dict(keypoint_order=_base_.keypoint_order),
    ),
)

train_dataloader = dict(batch_size=24)
auto_scale_lr = dict(base_batch_size=192)
