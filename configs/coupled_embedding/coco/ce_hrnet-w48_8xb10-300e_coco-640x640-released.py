_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/mmpose_300e.py',
    '../../_base_/models/hrnet-w48.py',
    '../../_base_/datasets/coco_bottomup.py',
]

model = dict(
    head=dict(
        type='CoupledEmbeddingHead',
        decoder=dict(
            preset='coupled_embedding',
            keypoint_order=list(range(17)),
            candidates=dict(kernel_size=7),
        ),
    ),
    test_cfg=dict(restore_heatmap_size=True),
)

_base_.train_dataloader.dataset.pipeline[1].input_size = (640, 640)
_base_.train_dataloader.dataset.pipeline[1].shift_relative_to = 'image'
_base_.val_dataloader.dataset.pipeline[1].input_size = (640, 640)
_base_.test_dataloader.dataset.pipeline[1].input_size = (640, 640)

train_dataloader = dict(batch_size=10)
auto_scale_lr = dict(base_batch_size=80)
