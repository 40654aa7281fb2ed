# MMPose's augmentation of bottom-up models. A dataset adds the codec, which makes the targets.
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='BottomupRandomAffine', input_size=(512, 512)),
    dict(type='RandomFlip', direction='horizontal'),
    dict(type='GenerateTarget', encoder=None),
    dict(type='BottomupGetHeatmapMask'),
    dict(type='PackPoseInputs'),
]
val_pipeline = [
    dict(type='LoadImage'),
    dict(type='BottomupResize', input_size=(512, 512), size_factor=64, resize_mode='expand'),
    dict(type='PackPoseInputs'),
]
