# Section 4.1: all instances of an image in one backward pass, on images of at most 8 people.
_base_ = './recurrent_hourglass-4stack_1xb1-9e_coco-512x512.py'

model = dict(head=dict(unroller=dict(chunk_size=None)))

train_dataloader = dict(dataset=dict(filter_cfg=dict(max_people=8)))
