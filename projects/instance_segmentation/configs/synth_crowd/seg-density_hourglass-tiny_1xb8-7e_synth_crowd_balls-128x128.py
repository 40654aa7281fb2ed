_base_ = './seg_hourglass-tiny_1xb8-7e_synth_crowd_balls-128x128.py'

model = dict(head=dict(decoder=dict(grouping=dict(_delete_=True, type='TagDensity'))))
