_base_ = './hrnet-w32.py'

# Heatmaps at 1/4 and 1/2 of the input, tags at 1/4.
model = dict(head=dict(upsample=dict(num_modules=1, num_blocks=4)))
