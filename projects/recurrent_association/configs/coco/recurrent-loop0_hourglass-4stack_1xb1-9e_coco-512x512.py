_base_ = './recurrent_hourglass-4stack_1xb1-9e_coco-512x512.py'

model = dict(head=dict(unroller=dict(lstm=dict(num_loops=0))))
