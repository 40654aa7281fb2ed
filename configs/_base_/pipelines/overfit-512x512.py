_base_ = './bottomup-512x512.py'

# The whole image, turned, shifted, scaled and mirrored a little.
train_pipeline = [
    dict(step, scale_type='long', scale_factor=(0.9, 1.1), shift_factor=0.05, rotate_factor=10)
    if step['type'] == 'BottomupRandomAffine'
    else step
    for step in _base_.train_pipeline
]
val_pipeline = [
    dict(step, resize_mode='fit') if 'resize_mode' in step else step for step in _base_.val_pipeline
]
