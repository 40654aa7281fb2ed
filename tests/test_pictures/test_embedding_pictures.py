import json
import runpy
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmpose_ae.pictures import TrainedModel, draw_embeddings, embedding_pictures
from mmpose_ae.registry import MODELS

TOOL = Path(__file__).resolve().parents[2] / 'tools/analysis/draw_embeddings.py'


@pytest.fixture
def crowd(perfect_model, tmp_path):
    """The config whose images all show both instances of the stored maps, tags 0 and 5.

    The first image has a third person in place of the second one, of the same tag.
    """
    people = json.loads((perfect_model.image.parents[1] / 'people.json').read_text())
    template = people['annotations'][0]
    points = [perfect_model.keypoints[i] for i in (0, 1, 1)]
    people['annotations'] = [
        dict(
            template,
            id=10 * image['id'] + n,
            image_id=image['id'],
            keypoints=np.column_stack([points[n], np.full(17, 2)]).ravel().tolist(),
        )
        for image in people['images']
        for n in range(3 if image['id'] == 0 else 2)
    ]
    for image in people['images']:
        image['crowdIndex'] = 0.3
    (tmp_path / 'crowd.json').write_text(json.dumps(people))
    cfg = Config.fromfile(perfect_model.config)
    cfg.val_dataloader.dataset.ann_file = str(tmp_path / 'crowd.json')
    return cfg


def test_what_is_drawn_was_measured(crowd, perfect_model, tmp_path, monkeypatch):
    """Tags 0 and 5: margin 4; with two people of tag 5: margin -1."""
    drawn = {}

    def record(name, draw):
        def recorded(*args):
            drawn.setdefault(name, []).append(args)
            return draw(*args)

        return recorded

    for name in ('plot_margins', 'plot_correlations', 'plot_embeddings'):
        monkeypatch.setattr(
            embedding_pictures, name, record(name, getattr(embedding_pictures, name))
        )
    model = TrainedModel('AE', crowd, perfect_model.checkpoint)
    paths = draw_embeddings([model], tmp_path / 'new', num_images=2)

    expected = ['correlation', 'group_margin', 'embedding_0', 'embedding_1']
    assert [path.stem for path in paths] == expected
    assert all(cv2.imread(str(path)).shape[0] > 200 for path in paths)
    ((by_occlusion, by_number),) = drawn['plot_margins']
    assert by_number['AE'] == pytest.approx({2: 4, 3: -1})
    assert by_occlusion['AE'] == pytest.approx({3: (4 * 4 - 1) / 5})
    assert len(drawn['plot_correlations'][0][0]['AE']) == 0
    _, (embedding,), visible = drawn['plot_embeddings'][0]
    assert (embedding.title, embedding.threshold) == ('AE', 1.0)
    assert embedding.tags.shape == (3, 17, 1) and visible.all()
    np.testing.assert_allclose(embedding.tags.mean((1, 2)), [0, 5, 5])
    assert crowd.model.test_cfg == dict(flip_test=False)


def test_command_compares_networks(crowd, perfect_model, tmp_path, monkeypatch, capsys):
    crowd.dump(tmp_path / 'ae_tiny.py')
    network = [str(tmp_path / 'ae_tiny.py'), str(perfect_model.checkpoint)]
    argv = [str(TOOL), *network, '--versus', *network, '--num', '1', '--out', str(tmp_path)]
    monkeypatch.setattr('sys.argv', argv)
    with pytest.raises(ValueError, match="differ, got .'ae', 'ae'."):
        runpy.run_path(str(TOOL), run_name='__main__')
    options = ['--names', 'one', 'two', '--cfg-options', 'model.test_cfg.flip_test=True']
    monkeypatch.setattr('sys.argv', [*argv, *options])
    runpy.run_path(str(TOOL), run_name='__main__')
    printed = [line for line in capsys.readouterr().out.splitlines() if line.endswith('.png')]
    assert len(printed) == 3 and all(Path(line).is_file() for line in printed)

    monkeypatch.setattr('sys.argv', [*argv, '--names', 'one'])
    with pytest.raises(SystemExit):
        runpy.run_path(str(TOOL), run_name='__main__')
    assert "2 networks need as many --names, got ['one']" in capsys.readouterr().err


def test_networks_see_the_same_images(crowd, perfect_model, tmp_path):
    """The second one only has the images with odd numbers; the first image is the fullest."""
    other = Config(crowd.to_dict())
    other.val_dataloader.dataset.indices = [1, 3]
    models = [TrainedModel(n, c, perfect_model.checkpoint) for n, c in zip('ab', (crowd, other))]
    with pytest.raises(ValueError, match=r'val_dataloader of b lacks images \[0\]'):
        draw_embeddings(models, tmp_path, 1)


def test_networks_without_tags_are_refused_before_any_is_measured(
    crowd, perfect_model, tmp_path, monkeypatch
):
    other = Config(crowd.to_dict())
    other.model.head = dict(
        type='CenterOffsetHead',
        in_channels=34,
        num_keypoints=17,
        decoder=dict(type='CenterOffsetCodec', sigma=1),
    )
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        weights = MODELS.build(other.model).state_dict()
    torch.save(dict(state_dict=weights, meta={}), tmp_path / 'offsets.pth')
    monkeypatch.delattr(embedding_pictures, '_measure')
    models = [
        TrainedModel('a', crowd, perfect_model.checkpoint),
        TrainedModel('b', other, tmp_path / 'offsets.pth'),
    ]
    with pytest.raises(ValueError, match='b: CenterOffsetHead does not group by tags'):
        draw_embeddings(models, tmp_path, 1)


def test_no_images_are_refused(crowd, perfect_model, tmp_path):
    with pytest.raises(ValueError, match='the number of images must be a whole number from 1 on'):
        draw_embeddings([TrainedModel('AE', crowd, perfect_model.checkpoint)], tmp_path, 0)


def test_nobody_to_keep_apart(perfect_model, tmp_path):
    """One person in every image."""
    cfg = Config.fromfile(perfect_model.config)
    with pytest.raises(ValueError, match='no image of .*people.json has two labelled people'):
        draw_embeddings([TrainedModel('AE', cfg, perfect_model.checkpoint)], tmp_path, 3)
