_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/higherhrnet_300e.py',
    '../../_base_/models/hrnet-w32.py',
    '../../_base_/datasets/crowdpose_bottomup.py',
]

# The release takes over COCO's order of grouping, whose keypoints are others.
model = dict(
    head=dict(
        upsample=dict(num_modules=1),
        decoder=dict(
            preset='higher_hrnet', keypoint_order=[0, 1, 2, 3, 4, 5, 6, 11, 12, 7, 8, 9, 10, 13]
        ),
    ),
    test_cfg=dict(restore_heatmap_size=True),
)

train_dataloader = dict(batch_size=12)
auto_scale_lr = dict(base_batch_size=48)
