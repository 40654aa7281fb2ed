_base_ = './center-group_hourglass-tiny_1xb8-3e_synth_crowd_crowded-192x192.py'

model = dict(init_cfg=None)

# Detection and grouping are learned together from the start, at one rate, for as many epochs as
# one after the other.
train_cfg = dict(max_epochs=10)
optim_wrapper = dict(
    paramwise_cfg=dict(
        custom_keys={
            'backbone': dict(lr_mult=1.0),
            'head.final_layer': dict(lr_mult=1.0),
        }
    )
)
_base_.param_scheduler[1].update(end=10, T_max=10)
