# Both networks have a feedback loop.
_base_ = './recurrent-refined_hourglass-4stack_1xb1-9e_coco-512x512.py'

model = dict(head=dict(unroller=dict(second_lstm=dict(num_loops=2))))
