_base_ = './center-group_higherhrnet-w48_13xb10-27k_coco-640x640.py'

model = dict(head=dict(decoder=dict(preset='center_group')))
