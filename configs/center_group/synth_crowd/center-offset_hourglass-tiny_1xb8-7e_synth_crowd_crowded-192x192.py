_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/cpu_7e.py',
    '../../_base_/models/hourglass-tiny.py',
    '../../_base_/datasets/synth_crowd_crowded.py',
]

# Centers rank their instances by the heatmaps, as tags do.
model = dict(
    backbone=dict(out_channels=48),
    head=dict(
        _delete_=True,
        type='CenterOffsetHead',
        in_channels=48,
        offset_loss=dict(type='CenterOffsetLoss', loss_weight=1e-3),
        decoder=dict(
            type='CenterOffsetCodec',
            targets=dict(sigma=2),
            keypoint_order=_base_.keypoint_order,
            candidates=dict(kernel_size=3, center_kernel_size=5, max_candidates=20),
            scoring=dict(by='heatmap'),
        ),
    ),
)

train_dataloader = dict(batch_size=8)

val_evaluator = dict(type='CrowdSubsetMetric')
test_evaluator = val_evaluator

auto_scale_lr = dict(base_batch_size=8)

custom_hooks = [*_base_.custom_hooks, dict(type='ChannelsLastHook')]
