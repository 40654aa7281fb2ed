_base_ = './seg_hourglass-tiny_1xb8-7e_synth_crowd_balls-128x128.py'

# Tags of 8 dimensions, which no histogram has
model = dict(
    backbone=dict(out_channels=18),
    head=dict(
        in_channels=18, tag_dim=8, decoder=dict(grouping=dict(_delete_=True, type='TagDensity'))
    ),
)
