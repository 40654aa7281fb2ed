_base_ = './ce_hourglass-tiny_1xb8-7e_synth_crowd_crowded-192x192.py'

# Associative Embedding as the paper measures it: its code sums the pull loss over dimensions
# without giving it less weight. This alone puts the tags on a line.
model = dict(
    head=dict(
        keypoint_loss=dict(theta=None, beta=None),
        tag_loss=dict(pull_weight=0.012, scale_weight=0.0),
    )
)
