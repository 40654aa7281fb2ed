_base_ = './ce_hrnet-w32_8xb10-300e_crowdpose-512x512.py'

# Table 1: heatmaps adjusted by the scale of the box instead of the one of the tags, and no scale
# loss.
model = dict(
    head=dict(
        scale_source='boxes',
        keypoint_loss=dict(beta=None),
        tag_loss=dict(type='CoupledEmbeddingLoss', scale_weight=0.0),
    )
)
