_base_ = './ae_hourglass-4stack_ochuman-512x512.py'

model = dict(test_cfg=dict(flip_test=True, multiscale_test=True, merge_at='largest'))
_base_.val_dataloader.dataset.pipeline[1].aug_scales = [0.5, 2.0]
_base_.test_dataloader.dataset.pipeline[1].aug_scales = [0.5, 2.0]
