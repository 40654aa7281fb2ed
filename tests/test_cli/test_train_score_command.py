"""The command from a network to a score that its config names; and what it refuses."""

import re
import shlex
from types import SimpleNamespace

import numpy as np
import pytest
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmengine.runner import Runner
from mmpose.apis import inference_bottomup, init_model

from mmpose_ae import Predictor
from mmpose_ae.cli.command_line import read_settings
from mmpose_ae.datasets import CocoDataset
from mmpose_ae.decoding import LearnedScore
from mmpose_ae.decoding.pose_features import count_features
from mmpose_ae.export.loading import load
from mmpose_ae.score_learning import learning
from mmpose_ae.score_learning.examples import find_examples, read_images
from mmpose_ae_cli import main

MPII = 'configs/associative_embedding/mpii/ae_hourglass-4stack_8xb4-200k_mpii-512x512.py'


@pytest.fixture
def train_score(perfect_model, tmp_path, capsys):
    """Learns a score; gives what was said, and the score if there is one."""

    def train(*options, config=perfect_model.config):
        out = tmp_path / 'my scores' / 'score, a.npz'
        given = [str(config), str(perfect_model.checkpoint), '--out', str(out)]
        failed = main(['train-score', *given, *map(str, options)])
        said = capsys.readouterr()
        return said.err.splitlines()[-1] if failed else said.out, None if failed else out

    return train


def test_a_score_is_learned_and_used(train_score, perfect_model):
    """Two people are found in each picture, and one of one picture is right."""
    said, path = train_score('--num', 4)
    assert 'on 4 of 5 images of' in said and 'has seen them in training' in said
    assert 'learned from 6 people' in said
    assert re.search(r'AP of the images held out: [01]\.\d{3} before, [01]\.\d{3} with', said)
    score = LearnedScore.read(path)
    assert len(score.keypoint_names) == 17 and score.keypoint_names[0] == 'nose'
    typed = shlex.split(re.search(r'--cfg-options (.+) uses it', said)[1])
    assert typed == [f'model.head.decoder.learned_score={path}']
    options = dict(device='cpu', score_threshold=-1)
    before = Predictor(perfect_model.config, perfect_model.checkpoint, **options)
    after = Predictor(
        perfect_model.config, perfect_model.checkpoint, cfg_options=read_settings(typed), **options
    )
    (old,), (new,) = (each(str(perfect_model.image)) for each in (before, after))
    expected = score.rank(old.poses)  # the picture is as large as the input
    np.testing.assert_allclose(new.poses.instance_scores, expected.instance_scores, atol=1e-4)
    assert not np.allclose(new.poses.instance_scores, old.poses.instance_scores, atol=1e-2)


@pytest.mark.parametrize('after, told', [(0.5, False), (0.49, True)])
def test_a_score_that_ranks_worse_is_told(train_score, monkeypatch, after, told):
    def learn(*args):
        return learning.learn(*args)._replace(before=0.5, after=after)

    monkeypatch.setattr('mmpose_ae.commands.train_score.learn', learn)
    said, _ = train_score('--num', 4)
    assert ('ranks people worse than without: learn from more images (--num)' in said) == told


def test_a_score_of_other_keypoints_is_refused_everywhere(perfect_model, tmp_path):
    """As many, but two of them are called otherwise: by predict, export and test, and MMPose."""
    names = CocoDataset(test_mode=True, lazy_init=True).metainfo['keypoint_id2name']
    names = ('ear', 'eye', *(names[k] for k in range(2, 17)))
    layer = np.zeros((count_features(17), 1), np.float32), np.zeros(1, np.float32)
    path, config = tmp_path / 'score.npz', tmp_path / 'ranked.py'
    path.write_bytes(LearnedScore(names, np.ones(17), (layer,)).to_bytes())
    cfg = Config.fromfile(perfect_model.config)
    cfg.model.head.decoder.learned_score = str(path)
    cfg.dump(config)
    refused = pytest.raises(
        ValueError, match=r"learned_score of AEDecoder .*'ear', .* got \['nose'"
    )
    with refused:
        Predictor(config, perfect_model.checkpoint, device='cpu')
    with refused:
        load(config, perfect_model.checkpoint, {})
    model = init_model(str(config), str(perfect_model.checkpoint), device='cpu')
    with refused:
        inference_bottomup(model, str(perfect_model.image))
    cfg.update(work_dir=str(tmp_path), load_from=str(perfect_model.checkpoint))
    with DefaultScope.overwrite_default_scope('mmpose_ae'), refused:
        Runner.from_cfg(cfg).test()


def test_other_images(train_score, tiny_config):
    folder = tiny_config.parent
    options = ['--ann-file', folder / 'people.json', '--images', folder / 'images']
    said, path = train_score(*options, '--seed', 1)
    assert 'on 5 of 5 images of' in said and 'in training' not in said
    assert path.exists()
    assert train_score()[0] == f'error: {path} is there already: --overwrite replaces it'


def test_examples_are_what_is_ranked(perfect_model):
    """Positions of features are in the input, those that are compared with people in the image."""
    cfg = Config.fromfile(perfect_model.config)
    cfg.test_dataloader.dataset.pipeline[1].input_size = (128, 128)
    task = read_images(cfg, None, None)
    found = find_examples(cfg, str(perfect_model.checkpoint), task, [3, 1])
    assert [example.people.image_id for example in found] == [1, 3]
    for people, features in found:
        assert len(features) == len(people.found.scores) == 2
        diagonals = np.linalg.norm(np.ptp(people.found.keypoints, axis=1), axis=-1)
        np.testing.assert_allclose(features[:, -1], np.log(2 * diagonals), rtol=1e-4)


def test_bad_input_is_refused(train_score, tmp_path, perfect_model):
    assert 'belong together' in train_score('--ann-file', 'a.json')[0]
    assert '--num must be a whole number from 2 on, got 1' in train_score('--num', 1)[0]
    assert 'must end in .npz' in train_score('--out', tmp_path / 'score.pth')[0]
    missing = ['--ann-file', tmp_path / 'a.json', '--images', tmp_path]
    assert 'a.json' in train_score(*missing)[0]
    assert 'expected CocoMetric or CrowdSubsetMetric' in train_score(config=MPII)[0]
    cfg = Config.fromfile(perfect_model.config)
    cfg.train_dataloader.dataset = dict(type='ConcatDataset', datasets=[])
    cfg.dump(tmp_path / 'joined.py')
    said, _ = train_score(config=tmp_path / 'joined.py')
    assert 'of one annotation file, but ConcatDataset: give --ann-file and --images' in said
    cfg.pop('train_dataloader')
    cfg.dump(tmp_path / 'tested.py')
    assert 'one annotation file, but None' in train_score(config=tmp_path / 'tested.py')[0]
    cfg = Config.fromfile(perfect_model.config)
    cfg.model.refiner = dict(type='SinglePersonRefiner')
    cfg.dump(tmp_path / 'refined.py')
    assert 'learns without it' in train_score(config=tmp_path / 'refined.py')[0]


def test_a_codec_of_somebody_else_is_refused(train_score, monkeypatch):
    model = SimpleNamespace(head=SimpleNamespace(decoder=object()))
    predictor = SimpleNamespace(model=model)
    monkeypatch.setattr('mmpose_ae.score_learning.examples.Predictor', lambda *_, **__: predictor)
    assert 'object ranks by no learned score' in train_score()[0]
