# One image at a time as in the paper; without the feedback loop, which learns more slowly.
_base_ = [
    '../../../../configs/_base_/default_runtime.py',
    '../../../../configs/_base_/schedules/cpu_7e.py',
    '../../../../configs/_base_/models/hourglass-tiny.py',
    '../_base_/synth_crowd_overlap-128x128.py',
]

custom_imports = dict(
    imports=['projects.recurrent_association.evaluation', 'projects.recurrent_association.models']
)

model = dict(
    type='FrozenBackbonePoseEstimator',
    init_cfg=dict(
        type='Pretrained',
        checkpoint='work_dirs/ae_hourglass-tiny_1xb8-10e_synth_crowd_overlap-128x128/epoch_10.pth',
    ),
    backbone=dict(out_channels=68),
    head=dict(
        _delete_=True,
        type='RecurrentAssociationHead',
        in_channels=68,
        further_channels=34,
        final_layer=None,
        association_loss=dict(type='RecurrentAssociationLoss', heatmap_weight=0.1),
        # Small kernels tell people apart by what is alike all over a person.
        inputs=('features', 'heatmaps', 'tags'),
        unroller=dict(
            lstm=dict(hidden_channels=40, num_layers=2, num_loops=0),
            max_instances=10,
            ends_at_stop=False,  # as the numbers of the README were measured
        ),
        decoder=dict(
            type='RecurrentAssociationCodec',
            targets=dict(sigma=1.5),
            keypoint_order=_base_.keypoint_order,
        ),
    ),
    test_cfg=dict(flip_test=False),
)

train_dataloader = dict(batch_size=1)

train_cfg = dict(max_epochs=1)
optim_wrapper = dict(optimizer=dict(lr=2e-3), clip_grad=dict(max_norm=20))
_base_.param_scheduler[0].end = 100
_base_.param_scheduler[1].update(end=1, T_max=1)

val_evaluator = [_base_.val_evaluator, dict(type='InventedInstancesMetric')]
test_evaluator = val_evaluator

auto_scale_lr = dict(base_batch_size=1)

custom_hooks = [*_base_.custom_hooks, dict(type='ChannelsLastHook')]
