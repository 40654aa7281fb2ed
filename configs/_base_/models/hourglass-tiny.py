# One small hourglass, down to 1/64 of the input: to 1/32 tags were learned poorly.
model = dict(
    _scope_='mmpose_ae',  # where its parts are, whatever scope builds it
    type='BottomupPoseEstimator',
    data_preprocessor=dict(
        type='PoseDataPreprocessor',
        mean=[127.5, 127.5, 127.5],
        std=[64, 64, 64],
        bgr_to_rgb=True,
    ),
    backbone=dict(
        type='HourglassAE',
        out_channels=34,
        num_stacks=1,
        num_levels=4,
        feat_channels=48,
        increase=(16, 32, 32, 32),
        stem_channels=(16, 32),
        norm_cfg=dict(type='BN'),
        conv_order=('conv', 'norm', 'act'),
        residual=True,
    ),
    head=dict(
        type='AEHead',
        in_channels=34,
        final_layer=None,
        # 1.5e-3 for the sum over a batch of 8 became this for the mean: ten times more starves
        # the heatmaps or collapses the tags.
        tag_loss=dict(type='AssociativeEmbeddingLoss', loss_weight=0.012),
        decoder=dict(type='AEDecoder', targets=dict(sigma=2)),
    ),
    test_cfg=dict(flip_test=True),
)
