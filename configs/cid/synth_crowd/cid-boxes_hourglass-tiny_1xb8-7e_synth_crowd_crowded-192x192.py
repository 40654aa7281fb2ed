_base_ = './cid_hourglass-tiny_1xb8-7e_synth_crowd_crowded-192x192.py'

# Of maps of 48 cells, where BoIR's have 128.
model = dict(
    head=dict(
        contrastive_loss=dict(loss_weight=0.0),
        box_supervision=dict(channels=32, rates=(4, 9, 13)),
    )
)
