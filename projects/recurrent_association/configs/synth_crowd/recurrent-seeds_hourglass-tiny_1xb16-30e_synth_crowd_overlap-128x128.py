# Steps start from what tags say about the highest peak that is not explained yet, and correct it.
_base_ = './recurrent_hourglass-tiny_1xb16-30e_synth_crowd_overlap-128x128.py'

model = dict(head=dict(seeds=True, unroller=dict(lstm=dict(num_loops=1, residual=True))))
