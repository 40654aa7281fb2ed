_base_ = './ce_hrnet-w32_8xb10-300e_crowdpose-512x512.py'

# Table 1: Associative Embedding, whose heatmaps are adjusted by the scale of the box.
model = dict(
    head=dict(
        tag_dim=1,
        scale_source='boxes',
        keypoint_loss=dict(beta=None),
        tag_loss=dict(type='CoupledEmbeddingLoss', scale_weight=0.0),
    )
)
