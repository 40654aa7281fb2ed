_base_ = [
    './center-ae_hourglass-tiny_1xb8-7e_synth_crowd_crowded-192x192.py',
    '../../_base_/keypoint_sigmas/coco.py',
]

# Candidates are searched on the heatmaps as they are. The loss of heatmaps has 10 times its weight
# as in the paper.
model = dict(
    head=dict(
        type='CenterGroupHead',
        keypoint_loss=dict(loss_weight=10),
        embedding=dict(num_blocks=1),
        grouping=dict(
            type='CenterGroupingModule', dim=64, head_dim=32, feedforward_dim=256, dropout=0.0
        ),
        grouping_loss=dict(type='CenterGroupLoss', sigmas=_base_.sigmas),
        upsample_heatmaps=False,
    ),
)

train_cfg = dict(max_epochs=3)
optim_wrapper = dict(
    paramwise_cfg=dict(
        custom_keys={
            'backbone': dict(lr_mult=0.1),
            'head.final_layer': dict(lr_mult=0.1),
        }
    ),
)
param_scheduler = [
    _base_.param_scheduler[0],
    dict(_base_.param_scheduler[1], end=3, T_max=3),
]

load_from = 'work_dirs/center-ae_hourglass-tiny_1xb8-7e_synth_crowd_crowded-192x192/epoch_7.pth'
