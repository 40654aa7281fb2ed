# The backbone of RTMDet-tiny and RTMPose-t; a light neck in place of deconvolutions.
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
        type='CSPNeXt',
        deepen_factor=0.167,
        widen_factor=0.375,
        out_indices=(1, 2, 3, 4),
        init_cfg=dict(
            type='Pretrained',
            prefix='backbone.',
            checkpoint='https://download.openmmlab.com/mmdetection/v3.0/rtmdet/cspnext_rsb_pretrain/cspnext-tiny_imagenet_600e-3a2dd350.pth',
        ),
    ),
    neck=dict(type='LightFPN', in_channels=(48, 96, 192, 384), out_channels=64),
    head=dict(
        type='AEHead',
        in_channels=64,
        decoder=dict(type='AEDecoder', targets=dict(sigma=2)),
    ),
    test_cfg=dict(flip_test=True),
)
