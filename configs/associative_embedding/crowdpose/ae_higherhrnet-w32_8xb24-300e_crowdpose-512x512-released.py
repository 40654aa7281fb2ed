_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/higherhrnet_300e.py',
    '../../_base_/models/hrnet-w32.py',
    '../../_base_/datasets/crowdpose_bottomup.py',
]

model = dict(
    head=dict(
        upsample=dict(num_modules=1),
        decoder=dict(preset='higher_hrnet', keypoint_order=list(range(14))),
    ),
    test_cfg=dict(restore_heatmap_size=True),
)

train_dataloader = dict(batch_size=24)

optim_wrapper = dict(optimizer=dict(lr=1.5e-3))

auto_scale_lr = dict(base_batch_size=192)
