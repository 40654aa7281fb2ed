_base_ = './center-group_higherhrnet-w32_13xb10-27k_coco-512x512.py'

model = dict(head=dict(decoder=dict(preset='center_group')))
