_base_ = './higherhrnet-w48.py'

# A heatmap and a tag more: the center's.
model = dict(head=dict(type='CenterAEHead'))
