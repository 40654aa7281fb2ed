# Tags that hold over time, of 8 numbers; from the weights of a network for COCO, if there are some:
# --cfg-options model.init_cfg.type=Pretrained model.init_cfg.checkpoint=CHECKPOINT
_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/mmpose_300e.py',
    '../../_base_/models/hrnet-w32.py',
    '../../_base_/datasets/posetrack18_clips.py',
]

model = dict(
    head=dict(
        tag_dim=8,
        tags_over_time=True,
        decoder=dict(keypoint_order=_base_.keypoint_order),
    )
)

train_cfg = dict(max_epochs=20, val_interval=5)
_base_.param_scheduler[1].update(end=20, milestones=[10, 15])

train_dataloader = dict(batch_size=12)  # clips
auto_scale_lr = dict(base_batch_size=96)
