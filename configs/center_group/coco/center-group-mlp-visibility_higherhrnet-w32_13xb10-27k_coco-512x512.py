_base_ = './center-group_higherhrnet-w32_13xb10-27k_coco-512x512.py'

# Table 2, row 3: visibility from the center alone.
model = dict(head=dict(grouping=dict(type='CenterGroupingModule', visibility='mlp')))
