# SBD by its own split. Papers on VOC list the names of VOC's train and val that have files here.
_base_ = '../voc2012/seg_hourglass-4stack_8xb4-200k_voc2012-256x256.py'

data_root = 'data/sbd/dataset/'

train_dataloader = dict(
    dataset=dict(type='SbdInstanceDataset', data_root=data_root, ann_file='train.txt')
)
val_dataloader = dict(
    dataset=dict(type='SbdInstanceDataset', data_root=data_root, ann_file='val.txt')
)
test_dataloader = val_dataloader
