# People on top of each other, in images that a CPU core learns in minutes:
# python tools/dataset_converters/synth_crowd.py --people 2 5 --heights 0.8 1 --crowding 0.8 \
#     --unlabelled 0 --crowd-region 0 --size 128 128 --val 300 --format png \
#     --out data/synth_crowd_overlap
_base_ = '../../../../configs/_base_/datasets/synth_crowd.py'

codec = dict(_base_.codec, input_size=(128, 128), heatmap_size=(32, 32), sigma=1.5)

changed = dict(input_size=codec['input_size'], encoder=codec)
train_pipeline = [
    dict(step, **{key: changed[key] for key in changed if key in step})
    for step in _base_.train_pipeline
]
val_pipeline = [
    dict(step, **{key: changed[key] for key in changed if key in step})
    for step in _base_.val_pipeline
]

data_root = 'data/synth_crowd_overlap/'

train_dataloader = dict(batch_size=8, dataset=dict(data_root=data_root, pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(data_root=data_root, pipeline=val_pipeline))
test_dataloader = val_dataloader

val_evaluator = dict(ann_file=data_root + 'annotations/val.json')
test_evaluator = val_evaluator

auto_scale_lr = dict(base_batch_size=8)
