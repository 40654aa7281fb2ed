# One network with a feedback loop: (a, a') of Table 4, 2 iterations of Table 5.
_base_ = [
    '../_base_/recurrent_9e.py',
    '../../../../configs/_base_/models/hourglass-4stack.py',
    '../../../../configs/_base_/datasets/coco_bottomup.py',
]

model = dict(
    type='FrozenBackbonePoseEstimator',
    # the release, see docs/model_zoo.md
    init_cfg=dict(type='Pretrained', checkpoint='checkpoints/pose_ae_train.pth.tar'),
    backbone=dict(out_channels=68),
    head=dict(
        type='RecurrentAssociationHead',
        in_channels=68,  # of which the head reads 34 as heatmaps and tags
        further_channels=34,
        unroller=dict(lstm=dict(hidden_channels=128)),
        decoder=dict(
            type='RecurrentAssociationCodec',
            preset='pose_ae_train',
            keypoint_order=_base_.keypoint_order,
        ),
    ),
    test_cfg=dict(flip_test=False),
)

_base_.train_dataloader.dataset.pipeline[1].update(scale_factor=(0.75, 1.25), scale_type='long')
_base_.train_dataloader.dataset.pipeline.insert(3, dict(type='AEPhotometricDistortion'))
_base_.val_dataloader.dataset.pipeline[1].resize_mode = 'fit'
_base_.test_dataloader.dataset.pipeline[1].resize_mode = 'fit'
train_dataloader = dict(batch_size=1)

val_evaluator = [_base_.val_evaluator, dict(type='InventedInstancesMetric')]
test_evaluator = val_evaluator

auto_scale_lr = dict(base_batch_size=1)
