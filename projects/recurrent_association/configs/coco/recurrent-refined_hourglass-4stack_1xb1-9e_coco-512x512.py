# Both networks, the second one in the order of the first: the paper's best.
_base_ = './recurrent_hourglass-4stack_1xb1-9e_coco-512x512.py'

model = dict(head=dict(unroller=dict(second_lstm=dict(hidden_channels=128))))
