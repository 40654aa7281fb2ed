"""The table of methods: what is equal in all rows, that finished rows stay, and its cells."""

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from matplotlib.figure import Figure
from mmengine.config import Config
from mmpose.apis import init_model

ROOT = Path(__file__).resolve().parents[2]
TOOLS, DOCS = ROOT / 'tools/benchmark', ROOT / 'docs'
NUMBERS = dict(
    AP=0.25, AP_hard=None, AR=0.5, invented=0.1, missed=0.2, switches=3, parameters_m=2.8,
    minutes=10.0,
)  # fmt: skip
FORM = dict(train=3000, side=192, epochs=7)


@pytest.fixture(autouse=True)
def on_path(monkeypatch):
    """The parts import each other as scripts do."""
    monkeypatch.syspath_prepend(str(TOOLS))


@pytest.fixture
def tool(monkeypatch):
    """Without people or networks: a run is measured and timed in no time."""
    tool = import_module('methods')
    tool.measured = []
    measure = lambda run: tool.measured.append(run.work_dir.name) or NUMBERS  # noqa: E731
    times = dict(ms_5=20.0, ms_20=30.0)
    monkeypatch.setattr(tool, 'generate', lambda *args, **options: True)
    monkeypatch.setattr(tool, 'measure', measure)
    monkeypatch.setattr(tool, 'name_machine', lambda device: 'this one')
    monkeypatch.setattr(tool, 'open_run', lambda run: None)
    monkeypatch.setattr(tool, 'time_networks', lambda finders, *args: dict.fromkeys(finders, times))
    return tool


@pytest.fixture
def run_tool(tool, monkeypatch, tmp_path):
    def run(*options):
        monkeypatch.setattr('sys.argv', ['methods', '--work-dir', str(tmp_path), *options])
        tool.main()
        return tmp_path / 'full'

    return run


def test_what_is_named_twice_is_done_once(tool, run_tool):
    """Means and spreads would take one training for two."""
    twice = ['--seeds', '4', '0', '4', '--data', 'plain', 'plain', '--methods', 'ae', 'ae']
    folder = run_tool(*twice)
    rows = json.loads((folder / 'rows.json').read_text())
    assert [(row['method'], row['data'], row['seed']) for row in rows] == [
        ('ae', 'plain', 4),
        ('ae', 'plain', 0),
    ]
    assert len(tool.measured) == 2


def make_run(folder, method='ae', **form):
    configs = import_module('method_configs')
    return configs.Run(method, 'overlapping', 3, configs.Form(**form), Path(folder))


def test_all_methods_differ_in_their_model_alone(tmp_path):
    configs = import_module('method_configs')
    seen = []
    for method in configs.METHODS:
        steps = configs.make_steps(make_run(tmp_path, method, side=256))
        assert sum(cfg.train_cfg.max_epochs for cfg in steps) == 7
        assert len({cfg.work_dir for cfg in steps} | {cfg.experiment_name for cfg in steps}) == (
            2 * len(steps)
        )
        for cfg in steps:
            scheduler, *_ = [s for s in cfg.param_scheduler if s.type == 'CosineAnnealingLR']
            assert scheduler.T_max == scheduler.end == cfg.train_cfg.max_epochs
            assert cfg.model.test_cfg == dict(flip_test=False) and cfg.val_dataloader is None
            backbone = {k: v for k, v in cfg.model.backbone.items() if 'out_ch' not in k}
            backbone.pop('init_cfg', None)
            data = [cfg[name].dataset for name in ('train_dataloader', 'test_dataloader')]
            seen.append((backbone, data, cfg.test_evaluator, cfg.randomness))
    assert all(parts == seen[0] for parts in seen)
    train, test = seen[0][1]
    assert train.pipeline[1].input_size == test.pipeline[1].input_size == (256, 256)
    assert train.data_root == test.data_root == str(tmp_path / 'data/overlapping')
    assert seen[0][3] == dict(seed=3)


@pytest.mark.parametrize('epochs, shares', [(2, [1, 1]), (10, [7, 3])])
def test_two_steps_share_the_epochs(tmp_path, epochs, shares):
    run = make_run(tmp_path, 'center-group', epochs=epochs)
    steps = import_module('method_configs').make_steps(run)
    assert [cfg.train_cfg.max_epochs for cfg in steps] == shares


def test_what_is_not_equal_in_all_rows_is_that_of_the_config(tmp_path):
    configs = import_module('method_configs')
    (cfg,) = configs.make_steps(make_run(tmp_path, 'swahr'))
    own = Config.fromfile(configs.METHODS['swahr'].config)
    for name in ('optim_wrapper', 'custom_hooks', 'param_scheduler'):
        assert cfg[name] == own[name]
    assert cfg.model == dict(own.model, test_cfg=dict(flip_test=False))
    assert cfg.train_dataloader.batch_size == 8


def test_finished_rows_are_not_run_again(tool, run_tool, monkeypatch):
    """The second of three is interrupted; what goes on measures that and the third."""
    measure, options = tool.measure, ['--methods', 'ae', 'swahr', 'ce', '--data', 'plain']

    def interrupted(run):
        if run.method == 'swahr':
            raise KeyboardInterrupt
        return measure(run)

    with monkeypatch.context() as context:
        context.setattr(tool, 'measure', interrupted)
        with pytest.raises(KeyboardInterrupt):
            run_tool(*options, '--seeds', '0')
    assert tool.measured == ['ae_plain_seed0']
    folder = run_tool(*options, '--seeds', '0')
    assert tool.measured == [f'{name}_plain_seed0' for name in ('ae', 'swahr', 'ce')]
    row = json.loads((folder / 'ae_plain_seed0/row.json').read_text())
    named = dict(method='ae', label='AE', data='plain', seed=0, machine='this one')
    assert row == dict(named, **FORM, **NUMBERS)
    run_tool(*options, '--seeds', '0', '1')
    assert tool.measured[3:] == [f'{name}_plain_seed1' for name in ('ae', 'swahr', 'ce')]
    table = (folder / 'table.md').read_text()
    assert '| AE | 0, 1 | 0.250 ± 0.000 | – | – | 0.500 ± 0.000 | 10.0% ± 0.0% |' in table
    assert cv2.imread(str(folder / 'table.png')).std() > 0


def test_rows_of_other_epochs_have_a_folder_of_their_own(tool, run_tool, monkeypatch):
    asked = []
    monkeypatch.setattr(tool, 'measure', lambda run: asked.append(run) or NUMBERS)
    options = ['--methods', 'ce', '--data', 'dense', '--seeds', '2']
    run_tool(*options)
    folder = run_tool(*options, '--epochs', '14').with_name('full_14e')
    assert [run.form.epochs for run in asked] == [7, 14]
    assert [run.folder for run in asked] == [folder.with_name('full'), folder]
    assert json.loads((folder / 'rows.json').read_text())[0]['data'] == 'dense'


def test_rows_of_others_are_put_beside_own_ones(tool, run_tool, tmp_path):
    """Of a run that is measured here the own row counts, of others the first file's."""
    numbers = dict(NUMBERS, **FORM, AP=0.75, ms_5=9.0, ms_20=9.0, minutes=50.0)
    others = [
        dict(numbers, label=label, data='plain', seed=seed)
        for label, seed in (('AE', 0), ('AE', 1), ('of others', 0))
    ]
    first, second = tmp_path / 'first.json', tmp_path / 'second.json'
    first.write_text(json.dumps(others))
    second.write_text(json.dumps([dict(row, AP=1.0) for row in others]))
    folder = run_tool('--methods', 'ae', '--data', 'plain', '--seeds', '0', '--beside',
                      str(first), str(second))  # fmt: skip
    assert tool.measured == ['ae_plain_seed0']
    table = (folder / 'table.md').read_text()
    assert '| AE | 0, 1 | 0.500 ± 0.250 |' in table and '| of others | 0 | 0.750 |' in table
    assert '| 2.80 | 20 | 30 | 10.0 |' in table and '| 2.80 | 9 | 9 | 50.0 |' in table
    rows = json.loads((folder / 'rows.json').read_text())
    assert rows[1:] == others[1:] and rows[0]['AP'] == 0.25


@pytest.mark.parametrize(
    'options, theirs, differs',
    [
        (['--epochs', '14'], FORM, 'epochs 7, not 14'),
        (['--small'], FORM, 'train 3000, not 16; epochs 7, not 2'),
        ([], dict(FORM, side=256), 'side 256, not 192'),
        ([], {}, 'train unknown, not 3000; side unknown, not 192; epochs unknown, not 7'),
    ],
)
def test_rows_of_another_form_are_refused(tool, run_tool, tmp_path, options, theirs, differs):
    """Before anything is measured, also among rows that the own ones stand for."""
    path = tmp_path / 'other.json'
    row = dict(NUMBERS, **theirs, label='AE', data='plain', seed=0, ms_5=9.0, ms_20=9.0)
    path.write_text(json.dumps([row]))
    named = f'^error: {path} has rows of another form: {differs}$'
    with pytest.raises(SystemExit, match=named):
        run_tool('--methods', 'ae', '--data', 'plain', *options, '--beside', str(path))
    assert tool.measured == []


def test_rows_that_do_not_say_their_form_have_that_of_their_folder(tool, run_tool, tmp_path):
    path = tmp_path / 'full/ae_plain_seed0/row.json'
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(dict(NUMBERS, method='ae', label='AE', data='plain', seed=0)))
    folder = run_tool('--methods', 'ae', '--data', 'plain', '--seeds', '0')
    assert tool.measured == []
    (row,) = json.loads((folder / 'rows.json').read_text())
    assert {name: row[name] for name in FORM} == FORM and row['AP'] == 0.25


def test_rows_of_the_documents_are_of_the_default_form(tool):
    own = dict(FORM, label='of nobody', data='plain', seed=0)
    rows = json.loads((DOCS / 'methods.json').read_text())
    assert tool.read_others([DOCS / 'methods.json'], [own]) == rows


@pytest.mark.parametrize('content', ['no JSON', '{}', '[{"label": "AE"}]', '[1]', '1'])
def test_a_file_of_something_else_is_named(tool, tmp_path, content):
    (tmp_path / 'other.json').write_text(content)
    with pytest.raises(ValueError, match='other.json has no rows'):
        tool.read_others([tmp_path / 'other.json'], [dict(FORM, label='AE', data='plain', seed=0)])


@pytest.mark.parametrize(
    'options, named',
    [
        (['--methods', 'ea'], "'ea'"),
        (['--data', 'crowds'], "'crowds'"),
        (['--seeds', 'first'], "'first'"),
        (['--small', '--gpu'], '--small'),
        (['--epochs', '1'], '--epochs is 2 or more, not 1'),
    ],
)
def test_what_does_not_exist_is_named(run_tool, capsys, options, named):
    with pytest.raises(SystemExit):
        run_tool(*options)
    assert named in capsys.readouterr().err


def test_the_table_by_hand():
    table = import_module('method_table')
    row = dict(NUMBERS, label='AE', data='plain', seed=0, ms_5=20.0, ms_20=31.0)
    rows = [row, dict(row, seed=2, AP=0.75, minutes=20.0, AP_hard=0.5), dict(row, label='CID')]
    lines = table.format_table([*rows, dict(row, data='crowded')]).splitlines()
    assert lines[0].startswith('| plain | seeds | AP | AP hard |')
    assert lines[2] == (
        '| AE | 0, 2 | 0.500 ± 0.250 | – | – | 0.500 ± 0.000 | 10.0% ± 0.0% | 20.0% ± 0.0% '
        '| 3.0 ± 0.0 | 2.80 | 20 | 31 | 15.0 ± 5.0 |'
    )
    assert lines[3].startswith('| CID | 0 | 0.250 | – | – | 0.500 | 10.0% |')
    assert [lines[4], lines[5].split(' | ')[0]] == ['', '| crowded']


def test_minutes_are_of_one_machine():
    table = import_module('method_table')
    slow = dict(minutes=30.0, AP=0.5, machine='slow')
    rows = [dict(minutes=10.0, AP=0.3), slow, dict(minutes=12.0, AP=0.7)]  # old rows name none
    assert table.mean_and_spread(rows, 'minutes') == '11.0 ± 1.0'
    assert table.mean_and_spread([slow, *rows], 'minutes') == '30.0 ± 0.0'
    assert table.mean_and_spread([slow, rows[0]], 'minutes') == '30.0'
    assert table.mean_and_spread(rows, 'AP') == '0.500 ± 0.163'


def test_numbers_of_a_row():
    metrics = {'coco/AP': 0.3, 'coco/AP hard': -1.0, 'coco/AR': 0.4}
    read = import_module('method_runs').read_metrics
    row = dict(AP=0.3, AP_hard=None, AR=0.4, invented=None, missed=None)
    assert read(metrics) == row
    people = {'people/precision': 0.75, 'people/recall': 0.5}
    assert read({**metrics, **people}) == dict(row, invented=0.25, missed=0.5)


def test_networks_are_timed_in_turn():
    calls = []
    finders = {name: (lambda image, name=name: calls.append((name, image.sum()))) for name in 'ab'}
    runs = import_module('method_runs')
    times = runs.time_networks(finders, 'plain', repeats=1)
    assert {name: set(cells) for name, cells in times.items()} == dict.fromkeys(
        'ab', {'ms_5', 'ms_20'}
    )
    assert len(calls) == 2 * 2 * 2 * runs.PICTURES  # networks, numbers of people, rounds
    assert [name for name, _ in calls] == ['a', 'b'] * (len(calls) // 2)
    assert [image for _, image in calls[::2]] == [image for _, image in calls[1::2]]


@pytest.mark.parametrize('found', [3, 0])
def test_precision_by_a_learned_score(monkeypatch, tmp_path, found):
    """The score is learned from the first images of training, and read in the test by its file."""
    runs, run = import_module('method_runs'), make_run(tmp_path)
    run.work_dir.mkdir(parents=True)
    images = [dict(id=number) for number in (9, *range(8), *range(10, 1000))]
    task = SimpleNamespace(content=dict(images=images), names=['nose'], sigmas=[1.0])
    asked = []

    def find_examples(cfg, checkpoint, task, ids):
        asked.append((checkpoint, ids))
        return [SimpleNamespace(features=np.zeros((found, 2)))]

    def build(cfg):
        decoder = cfg.model.head.decoder
        assert Path(decoder.learned_score).read_bytes() == b'score' and cfg.load_from == 'weights'
        return SimpleNamespace(test=lambda: {'coco/AP': 0.5, 'coco/AP hard': -1, 'coco/AR': 0.6})

    score = SimpleNamespace(to_bytes=lambda: b'score')
    monkeypatch.setattr(runs, 'find_intact_checkpoint', lambda cfg: 'weights')
    monkeypatch.setattr(runs, 'read_images', lambda cfg, *args: task)
    monkeypatch.setattr(runs, 'find_examples', find_examples)
    monkeypatch.setattr(runs, 'learn', lambda *args: SimpleNamespace(score=score))
    monkeypatch.setattr(runs, 'Runner', SimpleNamespace(from_cfg=build))
    assert runs.measure_scored(run) == (0.5 if found else None)
    assert asked == [('weights', [*range(8), *range(9, 751)])]


def test_a_config_of_a_project_is_read_first(tmp_path):
    """Its modules are found, also before any other config was read."""
    code = (
        'from pathlib import Path\nfrom method_configs import Form, Run, make_steps\n'
        'run = Run("recurrent", "plain", 0, Form(), Path("rows"))\n'
        'print(len(make_steps(run)))'
    )
    environment = {k: v for k, v in os.environ.items() if k != 'PYTHONPATH'}
    done = subprocess.run(
        [sys.executable, '-c', code], cwd=TOOLS, env=environment, capture_output=True, text=True
    )
    assert done.stdout.split() == ['2'], done.stderr


def test_switches_of_a_network_that_sees_the_same_people_everywhere(perfect_model, tmp_path):
    pytest.importorskip('trackeval', reason='TrackEval is not installed')
    model = init_model(perfect_model.config, str(perfect_model.checkpoint), device='cpu')
    run = make_run(tmp_path, videos=1, frames=2)
    assert import_module('method_runs').count_switches(model, run) == 0


def test_seconds_of_training_outlast_an_interruption(monkeypatch):
    """5 and 7 seconds; the run is killed 2 seconds later and goes on with 4 more."""
    runs = import_module('method_runs')
    seconds = iter([100.0, 105.0, 112.0, 50.0, 54.0])
    monkeypatch.setattr(runs, 'clock', lambda: next(seconds))
    known = {}
    hub = SimpleNamespace(runtime_info=known, update_info=known.__setitem__)
    for epochs in (2, 1):
        hook = runs.TrainingTime()
        hook.before_train(SimpleNamespace(message_hub=hub))
        for _ in range(epochs):
            hook.after_train_epoch(SimpleNamespace(message_hub=hub))
    assert known == {runs.SPENT: 16.0}


@pytest.mark.parametrize(
    'options, expected',
    [
        ([], ['--gpu', '--methods', 'ae', '--work-dir']),
        (['--beside', 'rows.json'], ['--gpu', '--beside', 'rows.json']),
        (['--small'], ['--small']),
        (['--small', '--seeds', '1'], ['--seeds', '--small', '--seeds', '1']),
    ],
)
def test_the_script_for_a_gpu_hands_its_options_on(tmp_path, options, expected):
    """In the small form alone the form for a GPU is left out; what is given comes last."""
    command = ['bash', str(TOOLS / 'on_gpu.sh'), str(tmp_path), *options]
    environment = dict(os.environ, PYTHON='echo')
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    called = done.stdout.splitlines()[0].split()
    assert [word for word in called if word in expected] == expected
    assert ('--gpu' in called) != ('--small' in called)
    assert called[len(called) - len(options) :] == options


def test_any_number_of_methods_is_drawn(tmp_path):
    """There are fewer markers than methods of others may be."""
    table = import_module('method_table')
    row = dict(NUMBERS, data='plain', seed=0, ms_5=20.0)
    rows = [dict(row, label=f'method {number}') for number in range(len(table.MARKERS) + 2)]
    table.draw_curve(rows, tmp_path / 'many.png')
    assert cv2.imread(str(tmp_path / 'many.png')).std() > 0


def test_the_legend_names_the_methods_of_all_data(tmp_path, monkeypatch):
    """Also those that the last data set lacks."""
    table, figures = import_module('method_table'), []
    monkeypatch.setattr(Figure, 'savefig', lambda figure, *_, **__: figures.append(figure))
    row = dict(NUMBERS, seed=0, ms_5=20.0)
    known = [('a', 'plain'), ('b', 'plain'), ('c', 'crowded'), ('b', 'crowded')]
    table.draw_curve([dict(row, label=label, data=data) for label, data in known], tmp_path / 'p')
    (legend,) = figures[0].legends
    assert [text.get_text() for text in legend.get_texts()] == ['a', 'b', 'c']


def test_all_panels_show_the_slowest_method(tmp_path, monkeypatch):
    """Also one that is of another panel than the first."""
    table, figures = import_module('method_table'), []
    monkeypatch.setattr(Figure, 'savefig', lambda figure, *_, **__: figures.append(figure))
    row = dict(NUMBERS, seed=0, label='a')
    rows = [dict(row, data=data, ms_5=ms) for data, ms in (('crowded', 20.0), ('plain', 90.0))]
    table.draw_curve(rows, tmp_path / 'p')
    for axes in figures[0].axes:
        left, right = axes.get_xlim()
        assert left == 0 and 90 < right < 100
