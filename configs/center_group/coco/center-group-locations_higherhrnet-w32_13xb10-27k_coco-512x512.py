_base_ = './center-group_higherhrnet-w32_13xb10-27k_coco-512x512.py'

# Table 2, row 1: the heatmap of the center scores an instance.
model = dict(
    head=dict(grouping=dict(type='CenterGroupingModule', classify_centers=False, visibility=None))
)
