_base_ = './center-group_higherhrnet-w32_13xb10-27k_coco-512x512.py'

# Table 1, row 4: keypoints of all types, which look alike.
model = dict(
    head=dict(
        grouping=dict(
            type='CenterGroupingModule', type_encoding=False, position_encoding=False, num_layers=0
        )
    )
)
