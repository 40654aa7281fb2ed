"""docs/how_it_works.md: its examples run as printed, and what it names is there."""

import re
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.evaluator import Evaluator
from mmengine.registry import DefaultScope

from mmpose_ae.datasets.synth_crowd import Settings, generate
from mmpose_ae.registry import DATASETS, KEYPOINT_CODECS, MODELS

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / 'docs/how_it_works.md').read_text()
EXAMPLES = dict(re.findall(r'`(my_[\w/]+\.py)`:\n\n```python\n(.*?)```', PAGE, re.DOTALL))
KINDS = ('grouping', 'head', 'backbone', 'dataset', 'metric')


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """An empty folder with the files of the page, and the data that their base trains on."""
    folder = tmp_path_factory.mktemp('how_it_works')
    for name, code in EXAMPLES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(code)
    images = dict(train=2, val=2)
    generate(folder / 'data/synth_crowd', images, Settings(people=(2, 3), empty=0.0), seed=1)
    return folder


@pytest.fixture
def run(folder, monkeypatch):
    """Train one step and test all images with one of the configs, from that folder."""
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(str(folder))

    def train_and_test(kind):
        torch.manual_seed(0)
        cfg = Config.fromfile(f'my_{kind}_config.py')
        with DefaultScope.overwrite_default_scope('mmpose_ae'):
            train_set = DATASETS.build(cfg.train_dataloader.dataset)
            val_set = DATASETS.build(cfg.val_dataloader.dataset)
            model = MODELS.build(cfg.model)
            batch = pseudo_collate([train_set[0], train_set[1]])
            batch = model.data_preprocessor(batch, training=True)
            loss, losses = model.parse_losses(model(**batch, mode='loss'))
            loss.backward()
            assert all(torch.isfinite(value) for value in losses.values())
            model.eval()
            evaluator = Evaluator(cfg.val_evaluator)
            evaluator.dataset_meta = val_set.metainfo
            samples = []
            for sample in val_set:
                with torch.no_grad():
                    samples += model.test_step(pseudo_collate([sample]))
                evaluator.process(samples[-1:])
            metrics = evaluator.evaluate(len(val_set))
        return model, train_set, losses, samples, metrics

    return train_and_test


def test_each_kind_has_a_file_and_a_config():
    assert set(EXAMPLES) == {f'my_parts/my_{k}.py' for k in KINDS} | {
        f'my_{k}_config.py' for k in KINDS
    }


def test_a_grouping_of_ones_own(run):
    model, _, _, samples, _ = run('grouping')
    assert type(model.head.decoder.grouping).__name__ == 'BestOfEachType'
    # An untrained network has peaks everywhere: density grouping would find many people.
    assert [len(sample.pred_instances) for sample in samples] == [1, 1]


def test_a_head_of_ones_own(run):
    model, _, losses, _, _ = run('head')
    assert set(losses) >= {'loss_kpt', 'loss_pull', 'loss_push', 'loss_size'}
    with pytest.raises(TypeError, match='SmallTagsHead has no option size_wieght'):
        type(model.head)(34, num_keypoints=17, final_layer=None, size_wieght=1)


def test_a_backbone_of_ones_own(run):
    model, *_ = run('backbone')
    assert type(model.backbone).__name__ == 'TwoConvolutions'


def test_a_dataset_of_ones_own(run):
    """Whoever is lower than 40 pixels is no target, and the others are as in the file."""
    _, train_set, *_ = run('dataset')
    assert type(train_set).__name__ == 'LargePeople'
    for index in range(len(train_set)):
        info = train_set.get_data_info(index)
        heights = info['bbox'][:, 3] - info['bbox'][:, 1]
        assert not info['keypoints_visible'][heights < 40].any()
        assert info['keypoints_visible'][heights >= 40].any()


def test_a_metric_of_ones_own(run):
    *_, samples, metrics = run('metric')
    counts = [(sample.pred_instances.bbox_scores > 0.2).sum() for sample in samples]
    assert metrics['people/mean'] == pytest.approx(sum(counts) / len(counts))
    assert 'coco/AP' in metrics


def test_the_codec_of_parts_is_built():
    (lines,) = re.findall(r'```python\n(decoder = .*?)```', PAGE, re.DOTALL)
    exec(lines, printed := {})
    sizes = dict(input_size=(512, 512), heatmap_size=(128, 128))
    codec = KEYPOINT_CODECS.build({**printed['decoder'], **sizes})
    assert type(codec.grouping).__name__ == 'DensityGrouping'


def test_files_and_functions_of_the_tables_exist():
    rows = re.findall(
        r'`((?:datasets|decoding|models|codecs)/[\w/]+\.py)` \| `(\w+)(?:\.(\w+))?`', PAGE
    )
    assert len(rows) >= 11
    for path, name, method in rows:
        code = (ROOT / 'mmpose_ae' / path).read_text()
        assert re.search(rf'^(class|def) {name}\b', code, re.MULTILINE), (path, name)
        assert not method or f'def {method}(' in code, (path, method)
    for path in re.findall(r'`((?:\w+/)+\w+\.py)`', PAGE):
        places = [ROOT / 'mmpose_ae' / path, ROOT / path]
        assert path.startswith('my_parts/') or any(place.is_file() for place in places), path
