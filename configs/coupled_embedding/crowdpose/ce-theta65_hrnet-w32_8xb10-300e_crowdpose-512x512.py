_base_ = './ce_hrnet-w32_8xb10-300e_crowdpose-512x512.py'

# Table 6(b)
model = dict(head=dict(keypoint_loss=dict(theta=0.65, beta=None)))
