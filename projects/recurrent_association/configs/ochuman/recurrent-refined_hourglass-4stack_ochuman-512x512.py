_base_ = [
    '../coco/recurrent_hourglass-4stack_1xb1-9e_coco-512x512.py',
    '../_base_/ochuman.py',
]

model = dict(head=dict(unroller=dict(second_lstm=dict(hidden_channels=128))))

train_dataloader = train_cfg = optim_wrapper = param_scheduler = None
val_dataloader = dict(dataset=_base_.ochuman_val)
test_dataloader = dict(dataset=_base_.ochuman_test)
val_evaluator = _base_.ochuman_val_evaluator
test_evaluator = _base_.ochuman_test_evaluator
