# The first pass of the feedback loop is trained, too, towards the partner of the second.
_base_ = './recurrent-known_hourglass-tiny_1xb16-30e_synth_crowd_overlap-128x128.py'

model = dict(
    head=dict(
        unroller=dict(lstm=dict(num_loops=2)),
        association_loss=dict(pass_weight=0.5),
    )
)
