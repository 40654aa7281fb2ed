_base_ = './seg-tag8_hrnet-w32_8xb24-300e_coco-256x256.py'

model = dict(
    head=dict(
        # Not tuned: to the loss over pairs as in SynthCrowd's configs, 0.003 to 0.05.
        tag_loss=dict(_delete_=True, type='DiscriminativeLoss', loss_weight=2.4e-4),
        # Means are at least twice the margin of 1.5 apart, and pixels within 0.5 of them.
        decoder=dict(grouping=dict(reach=2.0)),
    ),
)
