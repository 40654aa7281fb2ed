_base_ = './ae_hourglass-4stack_8xb4-200k_coco-512x512-released.py'

# Half and twice the size besides; heatmaps of all are decoded at 256x256 cells, tags are of one.
model = dict(test_cfg=dict(multiscale_test=True, merge_at='largest'))
_base_.val_dataloader.dataset.pipeline[1].aug_scales = [0.5, 2.0]
_base_.test_dataloader.dataset.pipeline[1].aug_scales = [0.5, 2.0]
