_base_ = './seg-tag8_hourglass-tiny_1xb8-7e_synth_crowd_balls-128x128.py'

model = dict(
    head=dict(
        tag_loss=dict(_delete_=True, type='DiscriminativeLoss', loss_weight=0.003),
        # Means are at least twice the margin of 1.5 apart, and pixels within 0.5 of them.
        decoder=dict(grouping=dict(reach=2.0)),
    ),
)
