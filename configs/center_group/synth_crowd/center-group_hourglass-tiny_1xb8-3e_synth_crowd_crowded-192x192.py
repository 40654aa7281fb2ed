_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/cpu_7e.py',
    '../../_base_/models/hourglass-tiny.py',
    '../../_base_/datasets/synth_crowd_crowded.py',
]

# Candidates are searched on the heatmaps as they are, and instances ranked by them, as with tags.
# The loss of heatmaps has 10 times its weight as in the paper.
model = dict(
    init_cfg=dict(
        type='Pretrained',
        checkpoint='work_dirs/center-ae_hourglass-tiny_1xb8-7e_synth_crowd_crowded-192x192/epoch_7.pth',
    ),
    backbone=dict(out_channels=48),
    head=dict(
        _delete_=True,
        type='CenterGroupHead',
        in_channels=48,
        keypoint_loss=dict(type='KeypointMSELoss', loss_weight=10),
        embedding=dict(num_blocks=1),
        grouping=dict(
            type='CenterGroupingModule', dim=64, head_dim=32, feedforward_dim=256, dropout=0.0
        ),
        grouping_loss=dict(type='CenterGroupLoss', sigmas=_base_.keypoint_sigmas),
        upsample_heatmaps=False,
        decoder=dict(
            type='CenterGroupCodec',
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

train_cfg = dict(max_epochs=3)
optim_wrapper = dict(
    clip_grad=dict(max_norm=1.0),
    paramwise_cfg=dict(
        custom_keys={
            'backbone': dict(lr_mult=0.1),
            'head.final_layer': dict(lr_mult=0.1),
        }
    ),
)
_base_.param_scheduler[1].update(end=3, T_max=3)

auto_scale_lr = dict(base_batch_size=8)

custom_hooks = [*_base_.custom_hooks, dict(type='ChannelsLastHook')]
