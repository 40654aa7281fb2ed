_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/cpu_7e.py',
    '../../_base_/models/center-ae_hourglass-tiny.py',
    '../../_base_/datasets/synth_crowd_crowded.py',
]

# Centers rank their instances by the heatmaps, as tags do.
codec = dict(
    _base_.codec,
    type='CenterGroupCodec',
    decode_candidate_kernel=3,
    decode_center_kernel=5,
    decode_max_candidates=20,
    decode_instance_score='heatmap',
)

model = dict(head=dict(decoder=codec))

train_pipeline = [
    dict(step, encoder=codec) if 'encoder' in step else step for step in _base_.train_pipeline
]
train_dataloader = dict(batch_size=8, dataset=dict(pipeline=train_pipeline))

val_evaluator = dict(type='CrowdSubsetMetric')
test_evaluator = val_evaluator

auto_scale_lr = dict(base_batch_size=8)

custom_hooks = [*_base_.custom_hooks, dict(type='ChannelsLastHook')]
