"""docs/custom_dataset.md: the animals of the document are trained and tested."""

import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmengine.runner import Runner

from mmpose_ae.registry import MODELS

ROOT = Path(__file__).resolve().parents[1]
CONFIG = ROOT / 'configs/associative_embedding/custom/ae_hrnet-w32_8xb24-300e_animals-512x512.py'
PAGE = (ROOT / 'docs/custom_dataset.md').read_text()
METAINFO, CHILD, SMALL = re.findall(r'```python\n(.*?)```', PAGE, re.S)
SHAPE = np.array([[30, 0], [10, 20], [-10, 20], [-30, -5]])  # nose, paws, tail around the body


def draw_animals(root: Path, name: str, count: int) -> None:
    """Write images of one or two animals, with annotations in COCO's format."""
    rng = np.random.default_rng(len(name))
    images, annotations = [], []
    (root / 'images').mkdir(parents=True, exist_ok=True)
    (root / 'annotations').mkdir(exist_ok=True)
    for image_id in range(1, count + 1):
        image = np.full((96, 160, 3), 90, np.uint8)
        for _ in range(rng.integers(1, 3)):
            keypoints = SHAPE + rng.integers((40, 30), (120, 66))
            for point, color in zip(keypoints, ((0, 0, 255), (0, 255, 0), (255, 0, 0), (9,) * 3)):
                cv2.circle(image, point.tolist(), 5, color, -1)
            low, high = keypoints.min(0), keypoints.max(0)
            annotations.append(
                dict(
                    id=len(annotations) + 1,
                    image_id=image_id,
                    category_id=1,
                    iscrowd=0,
                    num_keypoints=4,
                    keypoints=[int(v) for x, y in keypoints for v in (x, y, 2)],
                    bbox=[int(v) for v in (*low, *(high - low))],
                    area=float(np.prod(high - low)),
                )
            )
        file_name = f'{name}_{image_id}.png'
        cv2.imwrite(str(root / 'images' / file_name), image)
        images.append(dict(id=image_id, file_name=file_name, width=160, height=96))
    coco = dict(images=images, annotations=annotations, categories=[dict(id=1, name='animal')])
    (root / 'annotations' / f'{name}.json').write_text(json.dumps(coco))


@pytest.fixture(params=['shipped', 'printed'])
def config(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Config:
    """The config of the document, with the sizes of network, input and schedule cut down."""
    draw_animals(tmp_path, 'train', 4)
    draw_animals(tmp_path, 'val', 2)
    if request.param == 'shipped':
        cfg = Config.fromfile(CONFIG)
    else:
        monkeypatch.chdir(tmp_path)
        Path('four_keypoint_animals.py').write_text(METAINFO)
        Path('mine.py').write_text(CHILD)
        cfg = Config.fromfile('mine.py')
    stages = {
        f'stage{i}': dict(num_modules=1, num_blocks=(1,) * i, num_channels=(8, 16, 32, 64)[:i])
        for i in range(1, 5)
    }
    for name in ('train', 'val'):
        cfg[f'{name}_dataloader'].update(batch_size=2, num_workers=0, persistent_workers=False)
        cfg[f'{name}_dataloader'].dataset.data_root = str(tmp_path)
    cfg.test_dataloader = cfg.val_dataloader
    cfg.val_evaluator[0].ann_file = str(tmp_path / 'annotations/val.json')
    cfg.merge_from_dict(
        dict(
            work_dir=str(tmp_path / 'work'),
            model=dict(
                backbone=dict(extra=stages, init_cfg=None),
                head=dict(in_channels=8),
            ),
            train_cfg=dict(max_epochs=1, val_interval=1),
        )
    )
    cfg.train_dataloader.dataset.pipeline[1].input_size = (64, 64)
    cfg.val_dataloader.dataset.pipeline[1].input_size = (64, 64)
    return cfg


def test_the_small_network_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lines stand in place of those of the large one."""
    monkeypatch.chdir(tmp_path)
    Path('four_keypoint_animals.py').write_text(METAINFO)
    rest = re.sub(r'^(_base_|metainfo|model) = .*\n', '', CHILD, flags=re.M)
    Path('mine.py').write_text(SMALL + rest)
    cfg = Config.fromfile('mine.py')
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        model = MODELS.build(cfg.model).eval()
    (maps,) = model.head(model.extract_feat(torch.zeros(1, 3, 64, 64)))
    assert maps.heatmaps[0].shape[1] == 4 and maps.tags.shape[1] == 4
    assert cfg.train_dataloader.dataset.data_root == 'data/animals/'


def test_the_page_prints_the_metainfo() -> None:
    assert METAINFO in (ROOT / 'configs/_base_/datasets/four_keypoint_animals.py').read_text()


def test_train_and_test(config: Config) -> None:
    runner = Runner.from_cfg(config)
    runner.train()
    metrics = runner.val_loop.run()
    assert set(metrics) >= {'coco/AP', 'coco/AR', 'keypoints/PCK', 'keypoints/EPE'}
    losses = runner.message_hub.get_scalar('train/loss').data[0]
    assert len(losses) == 2 and np.isfinite(losses).all()


def test_everything_comes_from_the_metainfo(config: Config) -> None:
    runner = Runner.from_cfg(config)
    head, dataset = runner.model.head, runner.val_dataloader.dataset
    assert head.num_keypoints == 4 and head.out_channels == 8
    assert head.decoder.keypoint_order == [3, 0, 1, 2]  # the tail joins the others
    assert dataset.metainfo['flip_indices'] == [0, 2, 1, 3]
    assert dataset.metainfo['sigmas'].tolist() == pytest.approx([0.05, 0.08, 0.08, 0.05])
