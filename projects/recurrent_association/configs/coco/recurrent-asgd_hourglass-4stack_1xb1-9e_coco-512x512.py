# Section 4.1: a backward pass every 4 instances, on the same images.
_base_ = './recurrent-esgd_hourglass-4stack_1xb1-9e_coco-512x512.py'

model = dict(head=dict(unroller=dict(chunk_size=4)))
