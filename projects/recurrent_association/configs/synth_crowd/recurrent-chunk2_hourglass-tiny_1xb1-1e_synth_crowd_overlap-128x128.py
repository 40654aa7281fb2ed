_base_ = './recurrent_hourglass-tiny_1xb1-1e_synth_crowd_overlap-128x128.py'

model = dict(head=dict(unroller=dict(chunk_size=2)))
