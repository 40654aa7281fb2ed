# No loss on the first network (Section 4.1).
_base_ = './recurrent-refined_hourglass-4stack_1xb1-9e_coco-512x512.py'

model = dict(head=dict(association_loss=dict(type='RecurrentAssociationLoss', only_second=True)))
