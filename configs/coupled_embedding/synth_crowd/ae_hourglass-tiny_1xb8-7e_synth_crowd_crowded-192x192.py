_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/cpu_7e.py',
    '../../_base_/models/hourglass-tiny.py',
    '../../_base_/datasets/synth_crowd_crowded.py',
]

model = dict(
    head=dict(decoder=dict(keypoint_order=_base_.keypoint_order)),
    test_cfg=dict(output_heatmaps=True),  # the margin is read from the tags
)

train_dataloader = dict(batch_size=8)

val_evaluator = [
    dict(_base_.val_evaluator, type='CrowdSubsetMetric'),
    dict(type='GroupMarginMetric'),
]
test_evaluator = val_evaluator

auto_scale_lr = dict(base_batch_size=8)

custom_hooks = [*_base_.custom_hooks, dict(type='ChannelsLastHook')]
