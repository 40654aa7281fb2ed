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

# As in the configs of poses
keypoint_order = [0, 1, 2, 3, 4, 5, 6, 11, 12, 7, 8, 9, 10, 13, 14, 15, 16]

# 17 keypoints and the mask of people, each with a map of detections and one of tags.
model = dict(
    backbone=dict(out_channels=36, feat_channels=32, increase=16),
    head=dict(
        type='PoseMaskHead',
        in_channels=36,
        mask_loss=dict(type='DetectionLoss', loss_weight=0.02),
        mask_tag_loss=dict(type='PixelGroupingLoss', loss_weight=0.012),
        decoder=dict(targets=dict(sigma=1.5), keypoint_order=keypoint_order),
    ),
)

people = dict(type='PoseMaskDataset', data_mode='bottomup')
train_dataloader = dict(batch_size=8, dataset=people)
val_dataloader = dict(dataset=people)
test_dataloader = val_dataloader
_base_.train_dataloader.dataset.pipeline.insert(3, dict(type='BottomupGetHeatmapMask', stride=4))

ann_file = _base_.data_root + 'annotations/val.json'
val_evaluator = [
    dict(type='CocoMetric', ann_file=ann_file, nms_mode='none', score_mode='bbox'),
    dict(type='InstanceSegMetric', ann_file=ann_file),
]
test_evaluator = val_evaluator

auto_scale_lr = dict(base_batch_size=8)

custom_hooks = [*_base_.custom_hooks, dict(type='ChannelsLastHook')]

visualizer = dict(type='MaskVisualizer')
