# Every stack predicts 17 heatmaps and 17 tags.
model = dict(
    _scope_='mmpose_ae',  # where its parts are, whatever scope builds it
    type='BottomupPoseEstimator',
    # RGB in [0, 1], as the release feeds it
    data_preprocessor=dict(
        type='PoseDataPreprocessor', mean=[0, 0, 0], std=[255, 255, 255], bgr_to_rgb=True
    ),
    backbone=dict(type='HourglassAE', out_channels=34, num_stacks=4),
    head=dict(
        type='AEHead',
        in_channels=34,
        num_stacks=4,
        final_layer=None,
        decoder=dict(type='AEDecoder', targets=dict(sigma=2)),
    ),
    test_cfg=dict(flip_test=True),
)
