_base_ = './center-group_hourglass-tiny_1xb8-7e_synth_crowd_crowded-192x192.py'

# Detection and grouping are learned together from the start, at one rate.
optim_wrapper = dict(
    paramwise_cfg=dict(
        custom_keys={
            'backbone': dict(lr_mult=1.0),
            'head.final_layer': dict(lr_mult=1.0),
        }
    )
)

load_from = None
