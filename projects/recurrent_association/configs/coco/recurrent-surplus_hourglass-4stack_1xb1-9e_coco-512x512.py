# (a, b') of Table 4.
_base_ = './recurrent_hourglass-4stack_1xb1-9e_coco-512x512.py'

model = dict(head=dict(association_loss=dict(type='RecurrentAssociationLoss', count_surplus=True)))
