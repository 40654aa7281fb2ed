_base_ = './ce_hrnet-w32_8xb10-300e_crowdpose-512x512.py'

# Table 6(a)
model = dict(head=dict(tag_dim=4, keypoint_loss=dict(beta=None)))
