"""What a training need not load where a checkpoint has all weights."""

from mmengine.config import Config
from mmengine.model import PretrainedInit

from mmpose_ae.checkpoints import drop_start_weights

FILE = dict(type='Pretrained', checkpoint='gone.pth')
NORMAL = dict(type='Normal', layer='Conv2d', std=0.01)


def test_files_are_left_out_at_every_depth():
    model = dict(
        init_cfg=FILE,
        backbone=dict(type='HRNet', init_cfg=dict(FILE, type=PretrainedInit)),
        head=dict(init_cfg=[NORMAL, FILE], parts=[dict(init_cfg=FILE), dict(init_cfg=NORMAL)]),
        neck=dict(init_cfg=None),
    )
    cfg = Config(dict(model=model))
    drop_start_weights(cfg.model)
    assert cfg.model.to_dict() == dict(
        init_cfg=None,
        backbone=dict(type='HRNet', init_cfg=None),
        head=dict(init_cfg=[NORMAL], parts=[dict(init_cfg=None), dict(init_cfg=NORMAL)]),
        neck=dict(init_cfg=None),
    )
