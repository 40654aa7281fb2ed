_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/cpu_7e.py',
    '../../_base_/models/hourglass-tiny.py',
    '../../_base_/datasets/synth_crowd.py',
]

# The network of Associative Embedding with heatmaps alone, of one person at a time. It starts from
# what that has learned: --cfg-options model.backbone.init_cfg.1.checkpoint=FILE
codec = dict(type='MSRAHeatmap', input_size=(128, 128), heatmap_size=(32, 32), sigma=1.5)
model = dict(
    type='TopdownPoseEstimator',
    data_preprocessor=dict(pad_size_divisor=64),
    backbone=dict(
        out_channels=17,
        init_cfg=[
            # Heatmaps of its own, near 0 as the others once were
            dict(
                type='Normal', layer=[], override=dict(type='Normal', name='predictions', std=0.001)
            ),
            dict(
                type='Pretrained',
                prefix='backbone.',
                checkpoint='work_dirs/ae_hourglass-tiny_1xb8-7e_synth_crowd-192x192/epoch_7.pth',
            ),
        ],
    ),
    head=dict(
        _delete_=True,
        type='HeatmapHead',
        in_channels=17,
        out_channels=17,
        deconv_out_channels=None,
        final_layer=None,
        decoder=codec,
    ),
    train_cfg=dict(compute_acc=False),  # which MMPose does in numpy, that has no bfloat16
)

data_mode = 'topdown'
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='GetBBoxCenterScale'),
    dict(type='mmpose.RandomFlip', direction='horizontal'),
    dict(type='RandomBBoxTransform', rotate_factor=0, scale_factor=(0.75, 1.25)),
    dict(type='TopdownAffine', input_size=codec['input_size']),
    dict(type='GenerateTarget', encoder=codec),
    dict(type='mmpose.PackPoseInputs'),
]
val_pipeline = [
    dict(type='LoadImage'),
    dict(type='GetBBoxCenterScale'),
    dict(type='TopdownAffine', input_size=codec['input_size']),
    dict(type='mmpose.PackPoseInputs'),
]
train_dataloader = dict(batch_size=32, dataset=dict(data_mode=data_mode, pipeline=train_pipeline))
val_dataloader = dict(batch_size=32, dataset=dict(data_mode=data_mode, pipeline=val_pipeline))
test_dataloader = val_dataloader
val_evaluator = dict(score_mode='bbox_keypoint')
test_evaluator = val_evaluator

train_cfg = dict(max_epochs=1, val_interval=1)
_base_.param_scheduler[0].update(end=50)
_base_.param_scheduler[1].update(end=1, T_max=1)
auto_scale_lr = dict(base_batch_size=32)

custom_hooks = [*_base_.custom_hooks, dict(type='ChannelsLastHook')]
