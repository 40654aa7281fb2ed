"""The benchmarks against MMPose, in small: their rows, and that they refuse a wrong result."""

import json
from argparse import Namespace

import numpy as np
import pytest

from mmpose_ae.cli.benchmark import Disagreement
from mmpose_ae.codecs import AEDecoder
from mmpose_ae.models.losses import AssociativeEmbeddingLoss

QUICK = ['--repeats', 1, '--threads', 1]
OPTIONS = dict(
    decode=['--people', 1, 3, '--tag-dim', 1, 2, '--size', 128, 192, '--memory', '--batch', 2],
    loss=['--people', 1, 2, '--tag-dim', 1, 2],
    encode=['--people', 1, 2],
    evaluation=['--people', 1, 2, '--images', 5],
    pipeline=['--images', 3],
    propose=['--people', 2, '--tag-dim', 2, '--size', 128, 128, '--batch', 2],
)
# Its own pipeline gives them without a channel.
MASKS_OF_MMPOSE = pytest.mark.filterwarnings('ignore:The shape of value will convert')


@pytest.fixture
def benchmark(load_tool, monkeypatch, tmp_path):
    """Run a benchmark in this process; gives its rows."""

    def run(name, *options, tool=None):
        path = tmp_path / f'{name}.json'
        argv = [name, *QUICK, '--json', path, *OPTIONS[name], *options]
        monkeypatch.setattr('sys.argv', list(map(str, argv)))
        (tool or load_tool(f'benchmark/{name}')).main()
        return json.loads(path.read_text())

    return run


@pytest.mark.parametrize('name, people, tag_dims', [
    ('decode', [1, 3], [1, 2]),
    ('loss', [1, 2], [1, 2]),
    ('encode', [1, 2], [None]),
])  # fmt: skip
def test_rows(benchmark, name, people, tag_dims):
    rows = [row for row in benchmark(name) if row['device'] == 'cpu']
    assert [(row['tag_dim'], row['people']) for row in rows] == [
        (tag_dim, count) for tag_dim in tag_dims for count in people
    ]
    for row in rows:
        assert row['threads'] == 1 and row['machine']
        assert row['ours_ms'] > 0 and row['mmpose_ms'] > 0
        assert row['ratio'] == pytest.approx(row['mmpose_ms'] / row['ours_ms'], abs=0.01)
        for side in ('ours', 'mmpose'):
            low, high = row[f'{side}_quartiles_ms']
            assert low <= row[f'{side}_ms'] <= high
        if name == 'decode':
            assert row['ours_mb'] >= 0 and row['mmpose_mb'] >= 0 and row['batch'] == 2


def test_rows_of_the_search(benchmark, monkeypatch):
    """Compiling takes half a minute: here the function stays as it is."""
    monkeypatch.setattr('torch.compile', lambda function, fullgraph: function)
    rows = [row for row in benchmark('propose') if row['device'] == 'cpu']
    assert [(row['people'], row['tag_dim'], row['batch']) for row in rows] == [(2, 2, 2)]
    assert rows[0]['compiled_ms'] > 0 and rows[0]['eager_ms'] > 0


def test_a_compiled_search_that_is_wrong_is_refused(benchmark, monkeypatch):
    def spoil(function, fullgraph):
        return lambda *maps: tuple(values + 1 for values in function(*maps))

    monkeypatch.setattr('torch.compile', spoil)
    with pytest.raises(SystemExit, match='scores, compiled'):
        benchmark('propose')


@MASKS_OF_MMPOSE
def test_rows_of_the_pipeline(benchmark):
    total, *parts = benchmark('pipeline', '--by-transform')
    assert total['images'] == 3 and total['people'] >= 1
    for side in ('ours', 'mmpose'):
        assert total[f'{side}_images_per_s'] == pytest.approx(1e3 / total[f'{side}_ms'], abs=0.1)
    # MMPose's samples carry 17 heatmaps of 128 x 128, 4 bytes each.
    assert total['mmpose_sample_bytes'] > 17 * 128 * 128 * 4
    assert total['ours_sample_bytes'] < total['mmpose_sample_bytes'] / 5
    assert [part['transform'] for part in parts] == [
        'LoadImage', 'BottomupRandomAffine', 'RandomFlip', 'GenerateTarget',
        'BottomupGetHeatmapMask', 'PackPoseInputs',
    ]  # fmt: skip
    untimed = [part['transform'] for part in parts if part['ours_ms'] is None]
    assert untimed == ['GenerateTarget']  # heads make our targets


def wrap(method, change):
    """A method whose result is changed."""
    return lambda self, *args: change(method(self, *args))


@pytest.mark.parametrize(
    'name, part, method, change, message',
    [
        ('loss', AssociativeEmbeddingLoss, 'forward', lambda r: (r[0] * 1.01, r[1]), 'pull loss'),
        ('loss', AssociativeEmbeddingLoss, 'forward', lambda r: (r[0], r[1] * 1.01), 'push loss'),
        ('loss', AssociativeEmbeddingLoss, 'forward',
         lambda r: (r[0].detach(), r[1]), 'gradient of the losses'),
        ('encode', AEDecoder, 'encode', lambda r: dict(r, heatmaps=r['heatmaps'] * 0.99),
         'heatmaps: differs'),
        ('encode', AEDecoder, 'encode',
         lambda r: dict(r, keypoint_indices=r['keypoint_indices'] + [1, 0]), 'indices: differs'),
    ],
)  # fmt: skip
def test_a_wrong_result_is_refused(benchmark, monkeypatch, name, part, method, change, message):
    monkeypatch.setattr(part, method, wrap(getattr(part, method), change))
    with pytest.raises(SystemExit, match=f'error: {message}'):
        benchmark(name)


@MASKS_OF_MMPOSE
def test_a_pipeline_that_moves_the_image_is_refused(benchmark, load_tool, monkeypatch):
    tool = load_tool('benchmark/pipeline')
    monkeypatch.setattr(tool, 'STILL', {})
    with pytest.raises(SystemExit, match='error: image .*jpg: differs from MMPose'):
        benchmark('pipeline', tool=tool)


@pytest.mark.parametrize(
    'change, message',
    [
        (lambda k: k + 3, 'our keypoints: differs'),
        (lambda k: k[1:], 'our number of people: differs'),
        (lambda k: k[[0, 0, 1]], 'our people: differs'),
        (
            lambda k: np.concatenate([k[:, :1], np.roll(k[:, 1:], 1, 0)], 1),
            'our (people|keypoints): differs',
        ),
    ],
)
def test_wrong_poses_are_refused(load_tool, change, message):
    tool = load_tool('benchmark/decode')
    scene = tool.make_scene(3, 1, (128, 128), missing=0, tag_noise=0)
    decode, mmpose = tool.build_ours((128, 128)), tool.build_mmpose((128, 128))
    tool.check(decode, mmpose, scene)
    with pytest.raises(Disagreement, match=message):
        tool.check(lambda *maps: [[change(decode(*maps)[0][0])]], mmpose, scene)


def test_the_scene_shows_its_keypoints(load_tool):
    make_scene = load_tool('benchmark/decode').make_scene
    heatmaps, tags, keypoints = make_scene(4, 2, (128, 128), missing=0, tag_noise=0)
    x, y = np.round((keypoints - 1.5) / 4).astype(int).transpose(2, 0, 1)  # (N, K)
    k = np.arange(17)
    assert heatmaps[0, k, y, x].min() > 0.93  # at most half a cell off: exp(-(.5² + .5²) / 8)
    first = tags[0, k, y, x]
    assert (first == first[:, :1]).all() and len(set(first[:, 0].tolist())) == 4
    missing = make_scene(4, 2, (128, 128), missing=1.0)
    assert not missing.heatmaps.any()
    with pytest.raises(ValueError, match='128x128 has room for 4 people, not 5'):
        make_scene(5, 1, (128, 128))


@pytest.mark.parametrize('pictures', [0, 3])
def test_exported_files_need_pictures_that_are_timed(load_tool, monkeypatch, capsys, pictures):
    argv = ['export', 'no.py', 'no.pth', '--pictures', str(pictures)]
    monkeypatch.setattr('sys.argv', argv)
    with pytest.raises(SystemExit):
        load_tool('benchmark/export').main()
    assert '--pictures: at least 4, the first 3 are not timed' in capsys.readouterr().err


@pytest.mark.parametrize('dataset', ['coco', 'crowdpose'])
def test_learning_by_heart_is_longer_than_its_warm_up(load_tool, tmp_path, dataset):
    args = Namespace(dataset=dataset, ann_file=tmp_path / 'a.json', img_dir=None, work_dir=tmp_path)
    tool = load_tool('benchmark/overfit')
    for iterations in (0, 100):
        with pytest.raises(SystemExit, match='--iterations: at least 101'):
            tool.load_config(Namespace(**vars(args), iterations=iterations))
    cfg = tool.load_config(Namespace(**vars(args), iterations=250))
    cosine = cfg.param_scheduler[1]
    assert (cfg.train_cfg.max_iters, cosine.begin, cosine.end, cosine.T_max) == (250, 100, 250, 150)


def test_groupings_on_perfect_and_on_noisy_maps(load_tool, monkeypatch, tmp_path):
    """Without errors every strategy finds the people; with noisy tags the default is the best."""
    rng = np.random.default_rng(0)
    annotations = [
        dict(
            id=i + 1,
            image_id=1 + i // 4,
            category_id=1,
            iscrowd=0,
            bbox=[x, 40, 100, 300],
            area=30000,
            num_keypoints=17,
            keypoints=np.column_stack(
                [rng.uniform([x, 40], [x + 100, 340], (17, 2)), np.full(17, 2)]
            ).ravel().tolist(),
        )
        for i, x in enumerate([20, 150, 280, 420] * 2)
    ]  # fmt: skip
    images = [dict(id=i, width=640, height=480, file_name=f'{i}.jpg') for i in (1, 2)]
    content = dict(images=images, annotations=annotations, categories=[dict(id=1, name='person')])
    (tmp_path / 'ann.json').write_text(json.dumps(content))

    def score(*options):
        path = tmp_path / 'rows.json'
        monkeypatch.chdir(tmp_path)
        argv = ['grouping', tmp_path / 'ann.json', '--json', path, *options]
        monkeypatch.setattr('sys.argv', list(map(str, argv)))
        load_tool('benchmark/grouping').main()
        return {
            row['codec']: (row['ap'], row['detections']) for row in json.loads(path.read_text())
        }

    clean = score('--tag-noise', 0)
    assert set(clean) == {'mmpose', 'greedy', 'tags only', 'default', 'pose'}
    assert all(row == (pytest.approx(1), 8) for row in clean.values())
    noisy = score('--tag-noise', 1)
    assert noisy['default'][0] > noisy['greedy'][0]
    assert noisy['default'][1] < noisy['greedy'][1]


def test_groupings_are_scored_on_images_with_people(load_tool, tmp_path):
    """A crowd is no person, nor is somebody without a visible keypoint or without any at all."""
    labelled = [10, 10, 2] + 16 * [0, 0, 0]
    annotations = [
        dict(id=1, image_id=1, iscrowd=1, keypoints=labelled),
        dict(id=2, image_id=2, iscrowd=0, keypoints=51 * [0]),
        dict(id=3, image_id=3, iscrowd=0),
        dict(id=4, image_id=5, keypoints=labelled),
        dict(id=5, image_id=4, iscrowd=0, keypoints=labelled),
        dict(id=6, image_id=4, iscrowd=1, keypoints=51 * [0]),
    ]
    images = [dict(id=i) for i in (5, 4, 3, 2, 1)]
    content = dict(images=images, annotations=annotations, categories=[])
    (tmp_path / 'ann.json').write_text(json.dumps(content))
    load = load_tool('benchmark/grouping').load
    kept = load(tmp_path / 'ann.json', 5)
    assert [image['id'] for image in kept['images']] == [4, 5]
    assert [ann['id'] for ann in kept['annotations']] == [4, 5, 6]
    assert [image['id'] for image in load(tmp_path / 'ann.json', 1)['images']] == [4]


def test_rows_of_the_evaluation(benchmark):
    rows = benchmark('evaluation')
    assert [(row['images'], row['people']) for row in rows] == [(5, 1), (5, 2)]
    for row in rows:
        (original,) = {'pycocotools_ms', 'xtcocotools_ms'} & row.keys()
        assert row['ratio'] == pytest.approx(row[original] / row['ours_ms'], abs=0.01)


def test_a_wrong_evaluation_is_not_timed(benchmark, load_tool, monkeypatch):
    tool = load_tool('benchmark/evaluation')
    ours = tool.coco_evaluation.COCOeval
    monkeypatch.setattr(
        tool.coco_evaluation, 'COCOeval', lambda *args, sigmas: ours(*args, sigmas=2 * sigmas)
    )
    with pytest.raises(SystemExit, match='error: precision: differs'):
        benchmark('evaluation', tool=tool)
