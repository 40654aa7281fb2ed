_base_ = './ae_higherhrnet-w32_4xb12-300e_coco-512x512.py'

# Not in the papers: tags of eight numbers, whose pull is averaged over them.
model = dict(head=dict(tag_dim=8))
