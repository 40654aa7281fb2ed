_base_ = './center-group_higherhrnet-w32_13xb10-27k_coco-512x512.py'

# Table 1, row 3: the detector's types are final, and nothing else is known of a keypoint.
model = dict(
    head=dict(
        grouping=dict(
            type='CenterGroupingModule',
            type_agnostic=False,
            type_encoding=False,
            position_encoding=False,
            num_layers=0,
        )
    )
)
