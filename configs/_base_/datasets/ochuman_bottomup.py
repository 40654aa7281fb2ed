_base_ = './coco_bottomup.py'

# OCHuman, which is for testing: training is on COCO, validation on OCHuman's val and testing on its
# test set. Networks trained with a config for COCO are tested by this one.
ochuman_root = 'data/ochuman/'
ochuman_val_file = 'annotations/ochuman_coco_format_val_range_0.00_1.00.json'
ochuman_test_file = 'annotations/ochuman_coco_format_test_range_0.00_1.00.json'

ochuman = dict(type='OCHumanDataset', data_root=ochuman_root, data_prefix=dict(img='images/'))
val_dataloader = dict(dataset=dict(ochuman, ann_file=ochuman_val_file))
test_dataloader = dict(dataset=dict(ochuman, ann_file=ochuman_test_file))

val_evaluator = dict(ann_file=ochuman_root + ochuman_val_file)
test_evaluator = dict(ann_file=ochuman_root + ochuman_test_file)
