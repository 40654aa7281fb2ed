# Section 4.1: the second network has a feedback loop, the first one none.
_base_ = './recurrent-refined-loops_hourglass-4stack_1xb1-9e_coco-512x512.py'

model = dict(head=dict(unroller=dict(lstm=dict(num_loops=0))))
