_base_ = './ae-features_hourglass-tiny_1xb8-7e_synth_crowd_crowded-192x192.py'

model = dict(
    head=dict(
        heatmap_scale=dict(type='LearnedScale'),
        keypoint_loss=dict(type='WeightAdaptiveHeatmapLoss'),
    )
)
