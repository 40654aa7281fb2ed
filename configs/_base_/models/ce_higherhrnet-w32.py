_base_ = './higherhrnet-w32.py'

# Tags of 8 levels of scale; CrowdPose has a theta of 0.55.
model = dict(
    head=dict(
        type='CoupledEmbeddingHead',
        tag_dim=8,
        upsample=dict(with_tags=False),
        keypoint_loss=dict(type='ScaleAdaptiveHeatmapLoss', theta=0.4),
        tag_loss=dict(_delete_=True, type='CoupledEmbeddingLoss'),
    )
)
