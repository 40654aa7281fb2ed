_base_ = './default_runtime.py'

# Of a few epochs each is saved, so that a run that is interrupted loses one at most.
default_hooks = dict(checkpoint=dict(interval=1))
