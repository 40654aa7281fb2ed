_base_ = './ce_hrnet-w32_8xb10-300e_crowdpose-512x512.py'

# Table 5: weighted cells, heatmaps of one width.
model = dict(head=dict(keypoint_loss=dict(theta=None)))
