_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/swahr_300e.py',
    '../../_base_/models/hrnet-w32.py',
    '../../_base_/datasets/ochuman_bottomup.py',
]

model = dict(
    head=dict(
        upsample=dict(num_modules=1),
        heatmap_scale=dict(type='LearnedScale'),
        keypoint_loss=dict(type='WeightAdaptiveHeatmapLoss'),
        decoder=dict(keypoint_order=_base_.keypoint_order),
    ),
)

train_dataloader = dict(batch_size=20)
auto_scale_lr = dict(base_batch_size=80)
