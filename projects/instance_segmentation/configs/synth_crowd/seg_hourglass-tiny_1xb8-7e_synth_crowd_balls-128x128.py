_base_ = [
    '../../../../configs/_base_/default_runtime.py',
    '../../../../configs/_base_/schedules/cpu_7e.py',
    '../../../../configs/_base_/models/hourglass-tiny.py',
    '../_base_/synth_crowd_balls-128x128.py',
]

custom_imports = dict(
    imports=[
        'projects.instance_segmentation.datasets',
        'projects.instance_segmentation.evaluation',
        'projects.instance_segmentation.models',
        'projects.instance_segmentation.visualization',
    ]
)

# A detection map and a tag map for people, and for balls.
model = dict(
    type='InstanceSegmentor',
    backbone=dict(out_channels=4, feat_channels=32, increase=16),
    head=dict(
        _delete_=True,
        type='InstanceSegHead',
        in_channels=4,
        num_categories=2,
        final_layer=None,
        tag_loss=dict(type='PixelGroupingLoss', loss_weight=0.05),
        # The smallest balls cover four cells.
        decoder=dict(type='MaskDecoder', grouping=dict(type='TagHistogram'), min_cells=4),
    ),
    test_cfg=dict(flip_test=False),
)

train_dataloader = dict(batch_size=8)
auto_scale_lr = dict(base_batch_size=8)

custom_hooks = [*_base_.custom_hooks, dict(type='ChannelsLastHook')]

visualizer = dict(type='MaskVisualizer')
