_base_ = '../../swahr/synth_crowd/ae-features_hourglass-tiny_1xb8-7e_synth_crowd_crowded-192x192.py'

model = dict(head=dict(upsample=dict(num_modules=1)))  # HigherHRNet's heatmaps on the hourglass
