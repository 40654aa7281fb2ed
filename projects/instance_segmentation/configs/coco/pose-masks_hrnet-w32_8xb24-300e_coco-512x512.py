_base_ = '../../../../configs/associative_embedding/coco/ae_hrnet-w32_8xb24-300e_coco-512x512.py'

custom_imports = dict(
    imports=[
        'projects.instance_segmentation.datasets',
        'projects.instance_segmentation.evaluation',
        'projects.instance_segmentation.models',
        'projects.instance_segmentation.visualization',
    ]
)

# Not tuned: the tags of masks weigh what those of keypoints do, and the mask itself 0.02 of the
# keypoints, both as in SynthCrowd's config.
model = dict(
    head=dict(
        type='PoseMaskHead',
        mask_loss=dict(type='DetectionLoss', loss_weight=0.02),
        mask_tag_loss=dict(type='PixelGroupingLoss', loss_weight=1e-3),
    )
)

train_dataloader = dict(dataset=dict(type='PoseMaskDataset'))
val_dataloader = dict(dataset=dict(type='PoseMaskDataset'))
test_dataloader = val_dataloader
_base_.train_dataloader.dataset.pipeline[-2:] = [
    dict(type='BottomupGetHeatmapMask', stride=4),  # as the map of instances has it
    dict(type='LoadInstanceMap'),
    dict(type='PackInstanceInputs'),
]
_base_.val_dataloader.dataset.pipeline[-1].type = 'PackInstanceInputs'
_base_.test_dataloader.dataset.pipeline[-1].type = 'PackInstanceInputs'

val_evaluator = [
    _base_.val_evaluator,
    dict(type='InstanceSegMetric', ann_file=_base_.val_evaluator.ann_file),
]
test_evaluator = val_evaluator

visualizer = dict(type='MaskVisualizer')
