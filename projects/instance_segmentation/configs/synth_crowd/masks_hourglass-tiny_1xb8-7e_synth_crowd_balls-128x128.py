_base_ = './seg_hourglass-tiny_1xb8-7e_synth_crowd_balls-128x128.py'

# People alone: what pose-masks is compared with
model = dict(backbone=dict(out_channels=2), head=dict(in_channels=2, num_categories=1))

people = dict(dataset=dict(categories=['person']))
train_dataloader = people
val_dataloader = people
test_dataloader = people
