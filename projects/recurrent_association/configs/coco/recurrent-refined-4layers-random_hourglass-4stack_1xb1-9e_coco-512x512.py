_base_ = './recurrent-refined-4layers_hourglass-4stack_1xb1-9e_coco-512x512.py'

model = dict(head=dict(unroller=dict(second_lstm=dict(ordering='random'))))
