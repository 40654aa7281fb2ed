_base_ = './recurrent_hourglass-4stack_1xb1-9e_coco-512x512.py'

train_dataloader = dict(batch_size=4)
auto_scale_lr = dict(base_batch_size=4)
