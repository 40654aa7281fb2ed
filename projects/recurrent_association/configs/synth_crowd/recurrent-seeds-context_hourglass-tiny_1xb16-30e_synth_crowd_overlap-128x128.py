_base_ = './recurrent-seeds_hourglass-tiny_1xb16-30e_synth_crowd_overlap-128x128.py'

model = dict(head=dict(unroller=dict(lstm=dict(global_context=True))))
