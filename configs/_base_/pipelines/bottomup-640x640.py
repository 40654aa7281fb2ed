_base_ = './bottomup-512x512.py'

train_pipeline = [
    dict(step, input_size=(640, 640)) if 'input_size' in step else step
    for step in _base_.train_pipeline
]
val_pipeline = [
    dict(step, input_size=(640, 640)) if 'input_size' in step else step
    for step in _base_.val_pipeline
]
