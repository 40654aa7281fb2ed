# One network with a feedback loop: (a, a') of Table 4, 2 iterations of Table 5.
_base_ = (
    '../../../../configs/associative_embedding/coco/'
    'ae_hourglass-4stack_8xb4-200k_coco-512x512-released.py'
)

custom_imports = dict(
    imports=[
        'mmpose_ae',
        'projects.recurrent_association.evaluation',
        'projects.recurrent_association.models',
    ],
    allow_failed_imports=False,
)

codec = dict(_base_.codec, type='RecurrentAssociationCodec')

model = dict(
    type='FrozenBackbonePoseEstimator',
    head=dict(
        type='RecurrentAssociationHead',
        association_loss=dict(type='RecurrentAssociationLoss'),
        decoder=codec,
        inputs=('features',),
        unroller=dict(lstm=dict(hidden_channels=128)),
    ),
    test_cfg=dict(flip_test=False),
)

train_pipeline = [
    dict(step, encoder=codec) if 'encoder' in step else step for step in _base_.train_pipeline
]
train_dataloader = dict(batch_size=1, dataset=dict(pipeline=train_pipeline))

val_evaluator = [_base_.val_evaluator, dict(type='InventedInstancesMetric')]
test_evaluator = val_evaluator

train_cfg = dict(_delete_=True, by_epoch=True, max_epochs=9, val_interval=1)
optim_wrapper = dict(optimizer=dict(lr=1e-4))
param_scheduler = [dict(type='MultiStepLR', milestones=[4], gamma=0.1, by_epoch=True)]
default_hooks = dict(checkpoint=dict(by_epoch=True, interval=1))
log_processor = dict(by_epoch=True)

auto_scale_lr = dict(base_batch_size=1)

load_from = 'checkpoints/pose_ae_train.pth.tar'  # the release, see docs/model_zoo.md
