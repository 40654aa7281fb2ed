# Generated images have been varied already.
train_pipeline = [
    dict(type='LoadImage'),
    dict(
        type='BottomupRandomAffine',
        input_size=(192, 192),
        scale_factor=(0.9, 1.1),
        rotate_factor=0,
        shift_factor=0.05,
    ),
    dict(type='RandomFlip', direction='horizontal'),
    dict(type='GenerateTarget', encoder=None),
    dict(type='BottomupGetHeatmapMask'),
    dict(type='PackPoseInputs'),
]
val_pipeline = [
    dict(type='LoadImage'),
    dict(type='BottomupResize', input_size=(192, 192)),
    dict(type='PackPoseInputs'),
]
