# python tools/dataset_converters/synth_crowd.py --people 2 12 --heights 0.4 1 --crowding 0.5 \
#     --val 500 --out data/synth_crowd_crowded
_base_ = './synth_crowd.py'

data_root = 'data/synth_crowd_crowded/'

train_dataloader = dict(dataset=dict(data_root=data_root))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = val_dataloader

# AP of easy, medium and hard images too, by their crowd index
val_evaluator = dict(ann_file=data_root + 'annotations/val.json', iou_type='keypoints_crowd')
test_evaluator = val_evaluator
