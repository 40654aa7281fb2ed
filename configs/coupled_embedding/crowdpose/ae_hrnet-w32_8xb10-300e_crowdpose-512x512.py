_base_ = '../../associative_embedding/crowdpose/ae_hrnet-w32_8xb24-300e_crowdpose-512x512.py'

# Table 5: the baseline, in the batches of the other rows and with their augmentation.
_base_.train_dataloader.dataset.pipeline[1].shift_relative_to = 'image'
train_dataloader = dict(batch_size=10)
auto_scale_lr = dict(base_batch_size=80)
