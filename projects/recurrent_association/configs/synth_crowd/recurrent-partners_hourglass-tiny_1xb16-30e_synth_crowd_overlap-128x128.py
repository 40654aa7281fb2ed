# Steps keep their partners from epoch to epoch unless another one is clearly nearer.
_base_ = './recurrent_hourglass-tiny_1xb16-30e_synth_crowd_overlap-128x128.py'

model = dict(head=dict(association_loss=dict(partners=dict(margin=5.0))))
