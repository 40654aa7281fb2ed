# Fine-tuning for tags that hold over time, of 8 numbers, on videos and on images. The videos:
# python tools/dataset_converters/synth_crowd.py --frames 40 --train 300 --val 12 --crowding 0.6 \
#     --out data/synth_crowd_videos
_base_ = [
    '../../_base_/default_runtime.py',
    '../../_base_/schedules/cpu_7e.py',
    '../../_base_/models/hourglass-tiny.py',
    '../../_base_/datasets/synth_crowd.py',
]

model = dict(
    backbone=dict(out_channels=153),
    head=dict(
        in_channels=153,
        tag_dim=8,
        tags_over_time=True,
        tag_loss=dict(loss_weight=0.05),
        decoder=dict(keypoint_order=_base_.keypoint_order),
    ),
)

clips = dict(
    type='ClipDataset',
    frames=2,
    within=30,
    dataset=dict(
        type='CocoDataset',
        data_mode='bottomup',
        data_root='data/synth_crowd_videos/',
        ann_file='annotations/train.json',
        data_prefix=dict(img='train/'),
        sample_interval=4,
        pipeline=[
            dict(type='LoadImage'),
            dict(type='RandomFlip', direction='horizontal'),  # each frame: order tells nobody
        ],
    ),
    pipeline=_base_.train_dataloader.dataset.pipeline[1:],
)
stills = dict(  # postures that nobody has on the videos
    type='StillClipDataset',
    frames=2,
    dataset=dict(
        type='CocoDataset',
        data_mode='bottomup',
        data_root=_base_.data_root,
        ann_file='annotations/train.json',
        data_prefix=dict(img='train/'),
        sample_interval=2,
        pipeline=[
            dict(type='LoadImage'),
            dict(type='RandomFlip', direction='horizontal'),
            dict(
                type='BottomupRandomAffine',
                input_size=(192, 192),
                scale_factor=(0.9, 1.1),
                rotate_factor=0,
                shift_factor=0.05,
            ),
        ],
    ),
    pipeline=_base_.train_dataloader.dataset.pipeline[2:],
)
train_dataloader = dict(
    batch_size=4,  # clips
    collate_fn=dict(type='mmpose_ae.collate_clips'),
    dataset=dict(_delete_=True, type='ConcatDataset', datasets=[clips, stills]),
)
train_cfg = dict(max_epochs=1, val_interval=1)
_base_.param_scheduler[1].update(end=1, T_max=1)

auto_scale_lr = dict(base_batch_size=4)

custom_hooks = [*_base_.custom_hooks, dict(type='ChannelsLastHook')]
