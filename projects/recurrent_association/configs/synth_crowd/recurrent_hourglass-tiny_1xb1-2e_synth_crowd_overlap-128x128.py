# One image at a time as in the paper; without the feedback loop, which learns more slowly.
_base_ = './ae_hourglass-tiny_1xb8-10e_synth_crowd_overlap-128x128.py'

codec = dict(_base_.codec, type='RecurrentAssociationCodec')

model = dict(
    type='FrozenBackbonePoseEstimator',
    head=dict(
        type='RecurrentAssociationHead',
        association_loss=dict(type='RecurrentAssociationLoss', heatmap_weight=0.1),
        decoder=codec,
        # Small kernels tell people apart by what is alike all over a person.
        inputs=('features', 'heatmaps', 'tags'),
        unroller=dict(lstm=dict(hidden_channels=40, num_layers=2, num_loops=0), max_instances=10),
    ),
    test_cfg=dict(flip_test=False),
)

train_pipeline = [
    dict(step, encoder=codec) if 'encoder' in step else step for step in _base_.train_pipeline
]
train_dataloader = dict(batch_size=1, dataset=dict(pipeline=train_pipeline))

auto_scale_lr = dict(base_batch_size=1)

train_cfg = dict(max_epochs=2)
optim_wrapper = dict(optimizer=dict(lr=2e-3), clip_grad=dict(max_norm=20))
param_scheduler = [
    dict(type='LinearLR', begin=0, end=100, start_factor=0.01, by_epoch=False),
    dict(type='CosineAnnealingLR', begin=0, end=2, T_max=2, convert_to_iter_based=True),
]

load_from = 'work_dirs/ae_hourglass-tiny_1xb8-10e_synth_crowd_overlap-128x128/epoch_10.pth'
