_base_ = './ae_hourglass-tiny_1xb8-7e_synth_crowd_crowded-192x192.py'

# 17 heatmaps and 8 * 17 tags
model = dict(
    backbone=dict(out_channels=153),
    head=dict(
        type='CoupledEmbeddingHead',
        in_channels=153,
        # As on COCO, where people are as small. Half of them are larger than 0.23, but the levels
        # that a tag does not stand for draw the mean level to the middle.
        keypoint_loss=dict(type='ScaleAdaptiveHeatmapLoss', theta=0.4),
        tag_loss=dict(
            _delete_=True,
            type='CoupledEmbeddingLoss',
            pull_weight=0.0015,  # times the 8 dimensions that it sums: that of the tags of AE
            push_weight=0.012,
            scale_weight=0.006,  # a tenth of the others, as in the paper, changed nothing
        ),
    ),
)

val_evaluator = [*_base_.val_evaluator, dict(type='EmbeddingCorrelationMetric', tag_dim=8)]
test_evaluator = val_evaluator
