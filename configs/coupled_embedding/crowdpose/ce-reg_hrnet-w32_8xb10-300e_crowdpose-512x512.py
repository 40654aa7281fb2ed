_base_ = './ce_hrnet-w32_8xb10-300e_crowdpose-512x512.py'

# Table 5: the embedding regularization alone, with the plain squared error.
model = dict(head=dict(keypoint_loss=dict(theta=None, beta=None)))
