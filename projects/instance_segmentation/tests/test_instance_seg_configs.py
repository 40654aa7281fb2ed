"""Every config of the project: buildable, able to train and to test."""

import json
import re
from pathlib import Path

import cv2
import fakes
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.evaluator import Evaluator
from mmengine.registry import DefaultScope
from small_configs import find_all, loaders_of, make_small, train_step

from mmpose_ae import Predictor
from mmpose_ae.prediction.masks import decode_mask
from mmpose_ae.registry import DATASETS, METRICS, MODELS
from projects.instance_segmentation.models.detection_loss import DetectionLoss
from projects.instance_segmentation.tools.draw_masks import _row, draw_masks
from projects.instance_segmentation.visualization.tag_picture import GRAY

README = Path(__file__).resolve().parents[1] / 'README.md'
CONFIGS = README.parent / 'configs'
LEAVES = sorted(CONFIGS.glob('[!_]*/*.py'))


@pytest.fixture(params=LEAVES, ids=lambda path: path.stem)
def leaf(request):
    """A config, in its own scope."""
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        yield Config.fromfile(request.param)


def write_instances(cfg, root):
    """Two images with two people and a ball each, where the datasets of SynthCrowd look."""
    rng = np.random.default_rng(0)
    images, annotations = [], []
    for number in (1, 2):
        images.append(dict(id=number, file_name=f'{number}.png', width=64, height=64))
        for category, left in ((1, 4), (1, 34), (2, 20)):
            box = [left, 10, left + 20, 10, left + 20, 50, left, 50]
            points = rng.uniform((left, 10), (left + 20, 50), (17, 2))
            keypoints = np.column_stack([points, np.full(17, 2)]).ravel().tolist()
            annotation = dict(
                id=len(annotations) + 1, image_id=number, category_id=category, iscrowd=0,
                segmentation=[box], bbox=[left, 10, 20, 40], area=800,
            )  # fmt: skip
            pose = dict(keypoints=keypoints, num_keypoints=17) if category == 1 else {}
            annotations.append(dict(annotation, **pose))
    keypoints = [f'k{i}' for i in range(17)]
    person, ball = dict(id=1, name='person', keypoints=keypoints), dict(id=2, name='ball')
    content = dict(images=images, annotations=annotations, categories=[person, ball])
    for loader in loaders_of(cfg):
        dataset = loader.dataset
        dataset.data_root = str(root)
        for image in images:
            path = root / dataset.data_prefix.img / image['file_name']
            path.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(path), rng.integers(0, 255, (64, 64, 3), dtype=np.uint8))
        (root / dataset.ann_file).parent.mkdir(parents=True, exist_ok=True)
        (root / dataset.ann_file).write_text(json.dumps(content))
    ann_file = str(root / cfg.test_dataloader.dataset.ann_file)
    metrics = cfg.test_evaluator if isinstance(cfg.test_evaluator, list) else [cfg.test_evaluator]
    for metric in metrics:
        metric.ann_file = ann_file


def test_it_is_consistent(leaf, request):
    name = request.node.callspec.id
    width, height = name.split('-')[-1].split('x')
    assert list(find_all(leaf, 'input_size')) == 3 * [(int(width), int(height))]
    gpus, batch = name.split('_')[2].split('-')[0].split('xb')
    assert leaf.train_dataloader.batch_size == int(batch)
    assert leaf.auto_scale_lr.base_batch_size == int(gpus) * int(batch)
    head = MODELS.build(make_small(leaf).model).head
    if leaf.model.head.get('final_layer', 1) is None:
        assert leaf.model.backbone.out_channels == leaf.model.head.in_channels
    if leaf.model.type == 'InstanceSegmentor':
        dataset = leaf.train_dataloader.dataset
        of_voc = 'synth_crowd' not in dataset.data_root
        assert head.num_categories == len(dataset.get('categories', range(20 if of_voc else 2)))


def test_it_trains_and_tests(leaf, tmp_path):
    data = leaf.train_dataloader.dataset
    if 'synth_crowd' not in data.data_root and data.type != 'PoseMaskDataset':
        pytest.skip('VOC, SBD and 20 categories of COCO are read in test_instance_datasets.py')
    torch.manual_seed(0)
    cfg = make_small(leaf)
    write_instances(cfg, tmp_path)
    model = MODELS.build(cfg.model)
    losses = train_step(cfg, model)
    assert losses['loss_pull'] >= 0 and losses['loss_push'] > 0
    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    model.eval()
    evaluator = Evaluator(cfg.test_evaluator)
    evaluator.dataset_meta = dataset.metainfo
    with torch.no_grad():
        results = model.test_step(pseudo_collate([dataset[0], dataset[1]]))
    evaluator.process(results)
    assert 0 <= evaluator.evaluate(2)['segm/AP_r_50'] <= 1


def test_masks_beside_poses_are_kept_in_a_file(tmp_path):
    """By the option of the command that the README names: the second of two metrics."""
    cfg, _ = small_config('pose-masks', tmp_path)
    cfg.merge_from_dict({'test_evaluator.1.out_file': str(tmp_path / 'masks.json')})
    metric = METRICS.build(cfg.test_evaluator[1])
    assert metric.out_file == str(tmp_path / 'masks.json')


def settings_of(want):
    """What a row of the README's table of options says to change."""
    lines = README.read_text().splitlines()
    (row,) = (line for line in lines if line.startswith(f'| {want}') and '`model.' in line)
    pairs = (span.split('=', 1) for span in re.findall('`(model[^`]*)`', row))
    return {key: eval(value, dict(dict=dict)) for key, value in pairs}


@pytest.mark.parametrize(
    'want', ['tags of L dimensions', 'the losses as sums', 'the discriminative loss']
)
def test_rows_of_the_readme_train(want, tmp_path):
    """Whole changes of the default config, by which no loss is out of all proportion."""
    cfg, _ = small_config('seg', tmp_path, **settings_of(want))
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        losses = train_step(cfg, MODELS.build(cfg.model))
    tags = losses['loss_pull'] + losses['loss_push']
    assert 0 < tags < losses['loss_detection']


def small_config(name, root, **settings):
    """A config of SynthCrowd, small, and the file of its weights."""
    cfg = Config.fromfile(next((CONFIGS / 'synth_crowd').glob(f'{name}_*.py')))
    cfg.merge_from_dict(settings)
    cfg = make_small(cfg)
    write_instances(cfg, root)
    torch.manual_seed(0)
    torch.save(dict(state_dict=MODELS.build(cfg.model).state_dict()), root / 'weights.pth')
    return cfg, root / 'weights.pth'


def test_pictures_are_drawn(tmp_path):
    """Two rows of an image, the tags of two categories, and masks; one image is narrower."""
    cfg, weights = small_config('seg-tag8', tmp_path)
    dataset = cfg.val_dataloader.dataset
    cv2.imwrite(str(tmp_path / dataset.data_prefix.img / '2.png'), np.zeros((64, 48, 3), np.uint8))
    content = json.loads((tmp_path / dataset.ann_file).read_text())
    content['images'][1]['width'] = 48
    (tmp_path / dataset.ann_file).write_text(json.dumps(content))
    path = draw_masks(cfg, weights, tmp_path / 'out', num_images=9)
    assert cv2.imread(str(path)).shape == (2 * 64, 4 * 64, 3)


def test_masks_of_poses_are_drawn_too(tmp_path):
    """The image, the tags of people, and masks; a config need not have a test_cfg."""
    cfg, weights = small_config('pose-masks', tmp_path)
    cfg.model.pop('test_cfg')
    path = draw_masks(cfg, weights, tmp_path / 'out', num_images=1)
    assert cv2.imread(str(path)).shape == (64, 3 * 64, 3)


def test_what_cannot_be_drawn_is_named(tmp_path):
    cfg, weights = small_config('pose-masks', tmp_path)
    with pytest.raises(ValueError, match='number of images must be .* from 1 on, got 0'):
        draw_masks(cfg, weights, tmp_path, num_images=0)
    cfg.model.head = dict(type='CenterAEHead', in_channels=36, final_layer=None,
                          decoder=cfg.model.head.decoder)  # fmt: skip
    torch.save(dict(state_dict=MODELS.build(cfg.model).state_dict()), weights)
    with pytest.raises(ValueError, match='tags of pixels, .* but the config has a CenterAEHead'):
        draw_masks(cfg, weights, tmp_path, num_images=1)


@pytest.mark.parametrize('size', [(64, 32), (32, 64)], ids=['wide', 'high'])
def test_tags_lie_where_the_image_does(size, tmp_path):
    """The network sees the image padded to a square; the left and the upper half are something."""
    cfg, _ = small_config('seg', tmp_path)
    dataset = cfg.val_dataloader.dataset
    cv2.imwrite(str(tmp_path / dataset.data_prefix.img / '1.png'), np.zeros((*size[::-1], 3)))
    content = json.loads((tmp_path / dataset.ann_file).read_text())
    content['images'][0].update(width=size[0], height=size[1])
    (tmp_path / dataset.ann_file).write_text(json.dumps(content))
    dataset.pipeline[1].resize_mode = 'fit'
    model = MODELS.build(cfg.model).eval()
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        packed = DATASETS.build(dataset)[0]
    frame = packed['data_samples'].metainfo['frame']
    assert frame.input_size == (64, 64)
    cells = np.stack(np.meshgrid(np.arange(16), np.arange(16)), -1) * 4 + 1.5
    x, y = np.moveaxis(frame.to_image(cells), -1, 0)
    maps = np.stack([x < size[0] / 2, y < size[1] / 2, 0 * x, 0 * x]).astype(np.float32)
    model.backbone.forward = lambda inputs: (torch.from_numpy(maps)[None],)
    model.test_cfg = dict(output_heatmaps=True)
    with torch.no_grad():
        row = _row(model, packed)
    width = size[0]
    left, upper = row[:, width : 2 * width], row[:, 2 * width : 3 * width]
    seen = [(picture != GRAY).any(-1) for picture in (left, upper)]
    columns, rows = np.arange(width), np.arange(size[1])[:, None]
    np.testing.assert_array_equal(seen[0], (columns < width / 2) & (rows >= 0))
    np.testing.assert_array_equal(seen[1], (rows < size[1] / 2) & (columns >= 0))


def test_predict_is_for_poses(tmp_path):
    with pytest.raises(ValueError, match='finds no keypoints, but what InstanceSegmentor finds'):
        Predictor(*small_config('seg-tag8', tmp_path), device='cpu')


def test_predict_finds_masks_beside_poses(tmp_path, monkeypatch):
    """A region has the masks that it has as a picture of its own."""
    monkeypatch.setattr(DetectionLoss, 'score', lambda self, maps: maps.abs())  # everywhere
    decoder = dict(type='PersonMasks', threshold=0.0, person_threshold=0.0)
    cfg, weights = small_config('pose-masks', tmp_path, **{'model.head.mask_decoder': decoder})
    (left, top, right, bottom), picture = (8, 4, 60, 44), fakes.spots((64, 48))
    options = dict(device='cpu', score_threshold=0.0)
    (found,) = Predictor(cfg, weights, region=(left, top, right, bottom), **options)([picture])
    (alone,) = Predictor(cfg, weights, **options)([picture[top:bottom, left:right]])
    masks, cut = (np.stack([decode_mask(rle) for rle in each.masks]) for each in (found, alone))
    assert len(found) == len(alone) > 1 and cut.any((1, 2)).sum() > 1
    expected = np.pad(cut, [(0, 0), (top, 48 - bottom), (left, 64 - right)])
    np.testing.assert_array_equal(masks, expected)
    assert (masks.sum(0) <= 1).all()
    assert (found.draw() != picture).any(-1)[masks.any(0)].mean() > 0.9
