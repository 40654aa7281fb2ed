_base_ = './ae_hrnet-w32_8xb10-300e_crowdpose-512x512.py'

# The baseline with tags of the size of the others; the paper does not have it.
model = dict(head=dict(tag_dim=8))
