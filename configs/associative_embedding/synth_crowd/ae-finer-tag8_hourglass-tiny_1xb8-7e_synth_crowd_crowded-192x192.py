_base_ = './ae-finer_hourglass-tiny_1xb8-7e_synth_crowd_crowded-192x192.py'

model = dict(head=dict(tag_dim=8))
