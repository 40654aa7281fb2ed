_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/center_group_27k.py',
    '../../_base_/models/center-group_higherhrnet-w48.py',
    '../../_base_/datasets/crowdpose_bottomup.py',
    '../../_base_/keypoint_sigmas/crowdpose.py',
]

codec = dict(
    _base_.codec,
    type='CenterGroupCodec',
    input_size=(640, 640),
    heatmap_size=[(160, 160), (320, 320)],
)

model = dict(head=dict(grouping_loss=dict(sigmas=_base_.sigmas), decoder=codec))

train_pipeline = [
    dict(type='LoadImage'),
    dict(type='BottomupRandomAffine', input_size=codec['input_size'], rotate_factor=0),
    dict(type='RandomFlip', direction='horizontal'),
    dict(type='GenerateTarget', encoder=codec),
    dict(type='BottomupGetHeatmapMask'),
    dict(type='PackPoseInputs'),
]
val_pipeline = [
    dict(type='LoadImage'),
    dict(
        type='BottomupResize',
        input_size=codec['input_size'],
        size_factor=64,
        resize_mode='expand',
    ),
    dict(type='PackPoseInputs'),
]

train_dataloader = dict(batch_size=10, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader

auto_scale_lr = dict(base_batch_size=130)

default_hooks = dict(checkpoint=dict(by_epoch=False, interval=3000))
log_processor = dict(by_epoch=False)

load_from = 'work_dirs/center-ae_higherhrnet-w48_8xb16-300e_crowdpose-640x640/epoch_300.pth'
