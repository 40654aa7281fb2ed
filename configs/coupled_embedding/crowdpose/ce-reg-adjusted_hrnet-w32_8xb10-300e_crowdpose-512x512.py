_base_ = './ce_hrnet-w32_8xb10-300e_crowdpose-512x512.py'

# Table 5 and the base of Table 6: adjusted heatmaps, all cells weighted alike.
model = dict(head=dict(keypoint_loss=dict(beta=None)))
