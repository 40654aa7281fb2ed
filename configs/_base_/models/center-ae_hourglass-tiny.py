_base_ = './hourglass-tiny.py'

# The hourglass ends in features, from which the head predicts: grouping reads them, too.
model = dict(
    backbone=dict(out_channels=48),
    head=dict(type='CenterAEHead', in_channels=48, final_layer=dict(_delete_=True, kernel_size=1)),
)
