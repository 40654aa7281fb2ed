model = dict(
    _scope_='mmpose_ae',  # where its parts are, whatever scope builds it
    type='BottomupPoseEstimator',
    data_preprocessor=dict(
        type='PoseDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        bgr_to_rgb=True,
    ),
    backbone=dict(
        type='ResNet',
        depth=50,
        # torchvision's weights by address: the prefix torchvision:// needs torchvision itself
        init_cfg=dict(
            type='Pretrained',
            checkpoint='https://download.pytorch.org/models/resnet50-0676ba61.pth',
        ),
    ),
    head=dict(
        type='AEHead',
        in_channels=2048,
        deconv_out_channels=(256, 256, 256),
        deconv_kernel_sizes=(4, 4, 4),
        decoder=dict(type='AEDecoder', targets=dict(sigma=2)),
    ),
    test_cfg=dict(flip_test=True),
)
