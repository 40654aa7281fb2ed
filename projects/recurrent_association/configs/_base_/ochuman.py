# OCHuman has no images for training. A leaf puts these in the place of COCO's.
ochuman_root = 'data/ochuman/'
ochuman_val_file = 'annotations/ochuman_coco_format_val_range_0.00_1.00.json'
ochuman_test_file = 'annotations/ochuman_coco_format_test_range_0.00_1.00.json'

ochuman = dict(type='OCHumanDataset', data_root=ochuman_root, data_prefix=dict(img='images/'))
ochuman_val = dict(ochuman, ann_file=ochuman_val_file)
ochuman_test = dict(ochuman, ann_file=ochuman_test_file)

_metric = dict(type='CocoMetric', nms_mode='none', score_mode='bbox')
ochuman_val_evaluator = [
    dict(_metric, ann_file=ochuman_root + ochuman_val_file),
    dict(type='InventedInstancesMetric'),
]
ochuman_test_evaluator = [
    dict(_metric, ann_file=ochuman_root + ochuman_test_file),
    dict(type='InventedInstancesMetric'),
]
