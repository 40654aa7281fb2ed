_base_ = './higherhrnet-w32.py'

# A heatmap and a tag more: the center's.
model = dict(head=dict(type='CenterAEHead'))
