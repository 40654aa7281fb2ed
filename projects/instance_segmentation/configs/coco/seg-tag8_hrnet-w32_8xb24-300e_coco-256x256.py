_base_ = [
    '../../../../configs/_base_/default_runtime.py',
    '../../../../configs/_base_/schedules/mmpose_300e.py',
    '../../../../configs/_base_/models/hrnet-w32.py',
    '../_base_/coco-256x256.py',
]

custom_imports = dict(
    imports=[
        'projects.instance_segmentation.datasets',
        'projects.instance_segmentation.evaluation',
        'projects.instance_segmentation.models',
        'projects.instance_segmentation.visualization',
    ]
)

model = dict(
    type='InstanceSegmentor',
    head=dict(
        _delete_=True,
        type='InstanceSegHead',
        in_channels=32,
        num_categories=20,
        tag_dim=8,
        # Not tuned: gradients start in the proportion of SynthCrowd's configs, see the README.
        tag_loss=dict(type='PixelGroupingLoss', loss_weight=4e-3),
        decoder=dict(type='MaskDecoder', grouping=dict(type='TagDensity')),
    ),
    test_cfg=dict(flip_test=True),
)

train_dataloader = dict(batch_size=24)
auto_scale_lr = dict(base_batch_size=192)

visualizer = dict(type='MaskVisualizer')
