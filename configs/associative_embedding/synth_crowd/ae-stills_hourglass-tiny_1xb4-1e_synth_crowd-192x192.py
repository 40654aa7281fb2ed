# Fine-tuning for tags that hold over time without videos; the last layer is new.
_base_ = './ae-clips_hourglass-tiny_1xb4-1e_synth_crowd-192x192.py'

train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='StillClipDataset',
        frames=2,
        dataset=dict(
            type='CocoDataset',
            data_mode='bottomup',
            data_root=_base_.data_root,
            ann_file='annotations/train.json',
            data_prefix=dict(img='train/'),
            pipeline=[
                dict(type='LoadImage'),
                dict(type='PasteNeighbor'),
                dict(type='RandomFlip', direction='horizontal'),  # each copy: order tells nobody
                dict(
                    type='BottomupRandomAffine',
                    input_size=(192, 192),
                    scale_factor=(0.95, 1.05),
                    rotate_factor=5,
                    shift_factor=0.05,
                ),
            ],
        ),
        pipeline=_base_.clips.pipeline,
    ),
)
