# At first from the largest person to the smallest, free after a third of the training.
_base_ = './recurrent_hourglass-tiny_1xb16-30e_synth_crowd_overlap-128x128.py'

model = dict(head=dict(association_loss=dict(fixed_order=dict(iterations=1800))))
