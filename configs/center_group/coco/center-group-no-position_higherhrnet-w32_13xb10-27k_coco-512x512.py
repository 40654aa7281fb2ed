_base_ = './center-group_higherhrnet-w32_13xb10-27k_coco-512x512.py'

# Table 1, row 6: a transformer that is not told where nodes lie.
model = dict(head=dict(grouping=dict(type='CenterGroupingModule', position_encoding=False)))
