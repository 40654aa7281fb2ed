_base_ = './center-group_higherhrnet-w32_13xb10-27k_coco-512x512.py'

# Table 1, row 5: keypoints of all types, without a transformer.
model = dict(
    head=dict(grouping=dict(type='CenterGroupingModule', position_encoding=False, num_layers=0))
)
