_base_ = [
    '../../../../configs/associative_embedding/coco/ae_hourglass-4stack_8xb4-200k_coco-512x512-released.py',
    '../_base_/ochuman.py',
]

custom_imports = dict(
    imports=['mmpose_ae', 'projects.recurrent_association.evaluation'], allow_failed_imports=False
)

model = dict(test_cfg=dict(flip_test=False))  # as the recurrent networks

train_dataloader = train_cfg = optim_wrapper = param_scheduler = None
val_dataloader = dict(dataset=_base_.ochuman_val)
test_dataloader = dict(dataset=_base_.ochuman_test)
val_evaluator = _base_.ochuman_val_evaluator
test_evaluator = _base_.ochuman_test_evaluator
