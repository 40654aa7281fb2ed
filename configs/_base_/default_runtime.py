custom_imports = dict(imports=['mmpose_ae'], allow_failed_imports=False)
default_scope = 'mmpose_ae'

val_cfg = dict()  # a schedule gives train_cfg
test_cfg = dict()

default_hooks = dict(
    timer=dict(type='IterTimerHook'),
    logger=dict(type='LoggerHook', interval=50),
    param_scheduler=dict(type='ParamSchedulerHook'),
    # The first number of every metric used here is AP.
    checkpoint=dict(
        type='CheckpointHook', interval=1, max_keep_ckpts=3, save_best='auto', rule='greater'
    ),
    sampler_seed=dict(type='DistSamplerSeedHook'),
    visualization=dict(type='PoseVisualizationHook', enable=False),
)
# Average the running statistics of batch norm over the processes after each epoch, and let a
# resumed run draw the random numbers of an uninterrupted one, and validate what that one would
# have; tell the network of which people the data are.
custom_hooks = [
    dict(type='SyncBuffersHook'),
    dict(type='EpochSeedHook'),
    dict(type='ResumedValidationHook'),
    dict(type='DatasetMetaHook'),
]

env_cfg = dict(
    cudnn_benchmark=False,
    mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0),
    dist_cfg=dict(backend='nccl'),
)

data_mode = 'bottomup'  # read by MMPoseInferencer
visualizer = dict(
    type='InstanceColorVisualizer', vis_backends=[dict(type='LocalVisBackend')], name='visualizer'
)

log_processor = dict(type='LogProcessor', window_size=50, by_epoch=True, num_digits=6)
log_level = 'INFO'
load_from = None
resume = False
