_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/center_group_27k.py',
    '../../_base_/models/center-group_higherhrnet-w32.py',
    '../../_base_/datasets/crowdpose-512x512_centers.py',
    '../../_base_/keypoint_sigmas/crowdpose.py',
]

model = dict(head=dict(grouping_loss=dict(sigmas=_base_.sigmas), decoder=_base_.codec))

train_pipeline = [  # without rotation
    dict(step, rotate_factor=0) if step['type'] == 'BottomupRandomAffine' else step
    for step in _base_.train_pipeline
]
train_dataloader = dict(batch_size=10, dataset=dict(pipeline=train_pipeline))

auto_scale_lr = dict(base_batch_size=130)

default_hooks = dict(checkpoint=dict(by_epoch=False, interval=3000))
log_processor = dict(by_epoch=False)

load_from = 'work_dirs/center-ae_higherhrnet-w32_8xb24-300e_crowdpose-512x512/epoch_300.pth'
