_base_ = [
    '../../../../configs/_base_/default_runtime.py',
    '../../../../configs/_base_/schedules/newell_200k.py',
    '../../../../configs/_base_/models/hourglass-4stack.py',
    '../_base_/voc2012-256x256.py',
]

custom_imports = dict(
    imports=[
        'projects.instance_segmentation.datasets',
        'projects.instance_segmentation.evaluation',
        'projects.instance_segmentation.models',
        'projects.instance_segmentation.visualization',
    ]
)

# The paper trains on COCO first: give the checkpoint of that config as load_from.
model = dict(
    type='InstanceSegmentor',
    backbone=dict(out_channels=40),
    head=dict(
        _delete_=True,
        type='InstanceSegHead',
        in_channels=40,
        num_categories=20,
        num_stacks=4,
        final_layer=None,
        # Not tuned: gradients start in the proportion of SynthCrowd's configs, see the README.
        tag_loss=dict(type='PixelGroupingLoss', loss_weight=4e-3),
        decoder=dict(type='MaskDecoder', grouping=dict(type='TagHistogram')),
    ),
    test_cfg=dict(flip_test=False),
)

train_dataloader = dict(batch_size=4)
auto_scale_lr = dict(base_batch_size=32)

visualizer = dict(type='MaskVisualizer')
