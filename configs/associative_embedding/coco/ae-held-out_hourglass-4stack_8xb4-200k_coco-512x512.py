_base_ = './ae_hourglass-4stack_8xb4-200k_coco-512x512.py'

# Validated on 500 training images, as in the paper; tools/dataset_converters/split_coco.py writes
# both files.
held_out = 'annotations/person_keypoints_train2017_held_out.json'
train_dataloader = dict(dataset=dict(ann_file='annotations/person_keypoints_train2017_rest.json'))
val_dataloader = dict(dataset=dict(ann_file=held_out, data_prefix=dict(img='train2017/')))
test_dataloader = val_dataloader
val_evaluator = dict(ann_file=_base_.data_root + held_out)
test_evaluator = val_evaluator
