_base_ = './higherhrnet-w32.py'

# Batch norm stays as pre-trained; a leaf adds the tolerances of its keypoints.
model = dict(
    backbone=dict(norm_eval=True),
    head=dict(
        type='CenterGroupHead',
        keypoint_loss=dict(loss_weight=10),
        grouping=dict(type='CenterGroupingModule'),
        grouping_loss=dict(type='CenterGroupLoss'),
    ),
)
