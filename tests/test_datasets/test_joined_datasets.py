"""Data sets of different keypoints in one training, as MMPose joins them."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmpose_ae.datasets.synth_crowd import Settings, generate
from mmpose_ae.registry import DATASETS, MODELS

DOCUMENT = Path(__file__).resolve().parents[2] / 'docs/datasets.md'


@pytest.fixture
def joined(tmp_path):
    """What the document has, on two images of each kind; of the limbs CrowdPose has the same."""
    for kind in ('coco', 'crowdpose'):
        settings = Settings(size=(64, 64), keypoints=kind, unlabelled=0, empty=0, crowd_region=0)
        generate(tmp_path / kind, dict(train=2, val=1), settings)
    (text,) = re.findall(r'## Several data sets.*?```python\n(.*?)```', DOCUMENT.read_text(), re.S)
    (tmp_path / 'both.py').write_text(text)
    cfg = Config.fromfile(tmp_path / 'both.py').train_dataloader.dataset
    for part, kind in zip(cfg.datasets, ('coco', 'crowdpose')):
        files = dict(ann_file='annotations/train.json', data_prefix=dict(img='train/'))
        part.update(data_root=str(tmp_path / kind), **files)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        yield DATASETS.build(cfg)


def test_the_face_is_learned_where_it_is_annotated(joined):
    assert len(joined) == 4
    np.random.seed(0)
    samples = [joined[index]['data_samples'] for index in range(4)]
    visible = [np.asarray(sample.gt_instances.keypoints_visible) for sample in samples]
    assert [v.shape[1:] for v in visible] == 2 * [(17,)] + 2 * [(17, 2)]
    assert all((v[:, :5, 0] == 0).all() and (v[:, 5:, 1] == 1).all() for v in visible[2:])
    maps = torch.zeros(4, 34, 128, 128, requires_grad=True)
    head = MODELS.build(
        dict(
            type='AEHead',
            in_channels=34,
            final_layer=None,
            decoder=dict(type='AEDecoder', keypoint_order=list(range(17)), targets=dict(sigma=2)),
        )
    )
    head.loss((maps + 0.1,), samples)['loss_kpt'].backward()
    learned = maps.grad[:, :17].flatten(2).abs().sum(-1) > 0
    assert learned[:2].all() and learned[2:, 5:].all() and not learned[2:, :5].any()
