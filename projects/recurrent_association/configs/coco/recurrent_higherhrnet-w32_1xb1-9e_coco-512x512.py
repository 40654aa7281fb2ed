# The features are the 32 channels from which heatmaps and tags are predicted.
_base_ = [
    '../_base_/recurrent_9e.py',
    '../../../../configs/_base_/models/hrnet-w32.py',
    '../../../../configs/_base_/datasets/coco_bottomup.py',
]

model = dict(
    type='FrozenBackbonePoseEstimator',
    init_cfg=dict(
        type='Pretrained',
        checkpoint=(
            'https://download.openmmlab.com/mmpose/bottom_up/'
            'higher_hrnet32_coco_512x512-8ae85183_20200713.pth'
        ),
    ),
    head=dict(
        type='RecurrentAssociationHead',
        upsample=dict(num_modules=1),
        unroller=dict(lstm=dict(hidden_channels=128)),
        decoder=dict(type='RecurrentAssociationCodec', keypoint_order=_base_.keypoint_order),
    ),
    test_cfg=dict(flip_test=False),
)

train_dataloader = dict(batch_size=1)

val_evaluator = [_base_.val_evaluator, dict(type='InventedInstancesMetric')]
test_evaluator = val_evaluator

auto_scale_lr = dict(base_batch_size=1)
