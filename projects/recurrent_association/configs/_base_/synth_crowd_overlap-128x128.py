# People on top of each other, in images that a CPU core learns in minutes:
# python tools/dataset_converters/synth_crowd.py --people 2 5 --heights 0.8 1 --crowding 0.8 \
#     --unlabelled 0 --crowd-region 0 --size 128 128 --val 300 --format png \
#     --out data/synth_crowd_overlap
_base_ = '../../../../configs/_base_/datasets/synth_crowd.py'

_base_.train_dataloader.dataset.pipeline[1].input_size = (128, 128)
_base_.val_dataloader.dataset.pipeline[1].input_size = (128, 128)
_base_.test_dataloader.dataset.pipeline[1].input_size = (128, 128)

data_root = 'data/synth_crowd_overlap/'

train_dataloader = dict(dataset=dict(data_root=data_root))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = val_dataloader

val_evaluator = dict(ann_file=data_root + 'annotations/val.json')
test_evaluator = val_evaluator
