"""Every option of every registered class does something.

Statically, for all of them: what an ``__init__`` takes is used there, or stored and read later;
checking a value is not using it. By effect, for codecs, their parts and strategies of grouping:
another value gives another result on crowded random scenes, or is refused. Who adds an option has
to add a row to the tables below.
"""

import ast
import inspect
import textwrap
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import fakes
import numpy as np
import pytest
import torch
from mmengine.registry import Registry

import mmpose_ae
import projects.instance_segmentation
import projects.recurrent_association
from mmpose_ae import registry
from mmpose_ae.codecs import AEDecoder, Maps
from mmpose_ae.grouping import Candidates, DensityGrouping, GreedyGrouping
from mmpose_ae.options import option_names
from mmpose_ae.registry import KEYPOINT_CODECS, TASK_UTILS

ROOT = Path(__file__).resolve().parents[1]
OURS = ('mmpose_ae', 'projects')
MODULES = [
    import_module(module.name)
    for package in (mmpose_ae, projects.instance_segmentation, projects.recurrent_association)
    for module in walk_packages(package.__path__, f'{package.__name__}.')
    # The page registers nothing, and needs gradio.
    if not {'tests', 'configs', 'tools', 'web'} & set(module.name.split('.'))
]


def is_ours(cls):
    return inspect.isclass(cls) and cls.__module__.split('.')[0] in OURS


def registered():
    """The classes that our registries hold, by name."""
    registries = [value for value in vars(registry).values() if isinstance(value, Registry)]
    found = {cls for one in registries for cls in one.module_dict.values() if is_ours(cls)}
    return sorted(found, key=lambda cls: cls.__name__)


def option_classes():
    """Dataclasses of options: parts of codecs, and what ``test_cfg`` may hold."""
    found = {
        value
        for module in MODULES
        if {'codecs', 'decoding', 'models'} & set(module.__name__.split('.'))
        for value in vars(module).values()
        if inspect.isclass(value) and is_dataclass(value) and value.__dataclass_params__.frozen
    }
    found = {cls for cls in found if is_ours(cls) and cls.__name__ != 'Poses'}  # a result
    return sorted(found, key=lambda cls: cls.__name__)


# Statically: who reads what?


@cache
def class_tree(cls):
    """The syntax tree of a class."""
    return ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]


def is_check(statement):
    """Whether a statement only compares values and raises."""
    if isinstance(statement, ast.Raise):
        return True
    if isinstance(statement, (ast.If, ast.For)):
        return all(is_check(inner) for inner in [*statement.body, *statement.orelse])
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        name = getattr(statement.value.func, 'id', getattr(statement.value.func, 'attr', ''))
        return name.lstrip('_').startswith('check')
    return False


def without_checks(statements):
    """Walk through statements, but for those that are checks."""
    for statement in statements:
        if is_check(statement):
            continue
        inner = [getattr(statement, part, []) for part in ('body', 'orelse', 'finalbody')]
        if any(inner):
            heads = [v for k, v in ast.iter_fields(statement) if isinstance(v, ast.AST)]
            for head in heads:
                yield from ast.walk(head)
            for block in inner:
                yield from without_checks(block)
        else:
            yield from ast.walk(statement)


def attributes_of_self(cls):
    """Attributes that the methods of a class and of its parents read, wherever those are from."""
    read = set()
    for parent in cls.__mro__:
        if parent is object:
            continue
        try:
            methods = class_tree(parent).body
        except (OSError, TypeError):  # not in Python
            continue
        for method in methods:
            if isinstance(method, ast.FunctionDef):
                read |= {
                    node.attr
                    for node in without_checks(method.body)
                    if isinstance(node, ast.Attribute)
                    and isinstance(node.ctx, ast.Load)
                    and getattr(node.value, 'id', '') == 'self'
                }
    return read


@cache
def attributes_of_others():
    """Attributes that our code reads of anything that is not called self."""
    paths = [*(ROOT / 'mmpose_ae').rglob('*.py'), *(ROOT / 'projects').glob('*/[demv]*/*.py')]
    trees = [ast.parse(path.read_text()) for path in paths if '.mim' not in path.parts]
    return {
        node.attr
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Load)
        and getattr(node.value, 'id', '') != 'self'
    }


def unused_options(cls):
    """Options of a class, and of its parents of ours, that nothing is done with."""
    read = attributes_of_self(cls) | attributes_of_others()
    if is_dataclass(cls):
        return [field.name for field in fields(cls) if field.name not in read]
    return [
        f'{parent.__name__}.{name}'
        for parent in cls.__mro__
        if is_ours(parent) or parent is cls
        for method in class_tree(parent).body
        if isinstance(method, ast.FunctionDef) and method.name == '__init__'
        for name in parameters(method)
        if not is_used(method, name, read)
    ]


def parameters(method):
    """Names of the arguments of a method, without self and what is handed on as a whole."""
    arguments = method.args
    return [a.arg for a in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]][1:]


def is_used(init, name, read):
    """Whether an ``__init__`` uses an argument, or stores it where it is read."""
    for statement in outermost(init.body):
        if not any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(statement)):
            continue
        targets = getattr(statement, 'targets', [])
        stored = [t.attr for t in targets if getattr(getattr(t, 'value', 0), 'id', 0) == 'self']
        if len(stored) < max(len(targets), 1) or set(stored) & read:
            return True
    return False


def outermost(statements):
    """Statements without others in them, but for checks."""
    for statement in statements:
        if is_check(statement):
            continue
        inner = [getattr(statement, part, []) for part in ('body', 'orelse', 'finalbody')]
        if any(inner):
            yield ast.Expr(getattr(statement, 'test', ast.Constant(None)))
            for block in inner:
                yield from outermost(block)
        else:
            yield statement


@pytest.mark.parametrize('cls', registered(), ids=lambda cls: cls.__name__)
def test_options_of_registered_classes_are_used(cls):
    assert unused_options(cls) == []


@pytest.mark.parametrize('cls', option_classes(), ids=lambda cls: cls.__name__)
def test_fields_of_option_classes_are_read(cls):
    assert unused_options(cls) == []


def check_choice(value, choices):
    if value not in choices:
        raise ValueError(value)


class Toy:
    """Of its seven options four do nothing."""

    def __init__(self, ignored, stored, checked=1, compared=2, used=3, read=4, both=5):
        check_choice(checked, [1])
        for value in (compared, used):
            if value < 0:
                raise ValueError(value)
        self.stored_toy = stored
        self.checked_toy = checked
        self.total = used + 1
        self.read_toy = self.total if both else read

    def __call__(self):
        return self.read_toy


@dataclass(frozen=True)
class ToyOptions:
    """One of its options is only compared."""

    read_toy: int = 1
    compared_toy: int = 2

    def __post_init__(self):
        check_choice(self.compared_toy, [2])

    def double(self):
        return 2 * self.read_toy


def test_toys_with_options_that_do_nothing():
    assert unused_options(Toy) == ['Toy.ignored', 'Toy.stored', 'Toy.checked', 'Toy.compared']
    assert unused_options(ToyOptions) == ['compared_toy']


def test_all_kinds_of_classes_are_walked():
    names = {cls.__name__ for cls in registered()}
    assert {'AEDecoder', 'CenterGroupHead', 'RandomFlip', 'GreedyGrouping'} <= names
    assert {'RecurrentAssociationHead', 'GroupMarginMetric', 'AutocastOptimWrapper'} <= names
    names = {cls.__name__ for cls in option_classes()}
    assert {'Completion', 'HeatmapTargets', 'MeanScoring', 'TagViewOptions'} <= names
    assert {'CenterGroupOptions', 'OffsetViewOptions', 'CenterCandidateSearch'} <= names


# By effect: does another value change anything?

WIDTH, HEIGHT = fakes.HEATMAP_SIZE
COCO = dict(from_file='configs/_base_/datasets/coco.py')
SHARED = dict(
    input_size=(128, 96),
    heatmap_size=(32, 24),
    metainfo=COCO,  # refused: the order is of three keypoints
    center_shift=0.5,
    refinement='quarter',
    targets=dict(sigma=2.0, round_centers=True),
    learned_score=__file__,  # refused: it is no such file
)
TAGS = dict(
    tag_threshold=4.0,
    completion=dict(rule='within', threshold=0.5, score=1.0),
    scoring=dict(max_instances=2),
)
PEOPLE = dict(kernel_size=9, threshold=0.9, max_candidates=3)
# Another value of each option of each codec; a dictionary holds one for each option of a part.
CODECS = dict(
    AEDecoder=dict(
        SHARED,
        **TAGS,
        keypoint_order=[2, 1, 0],
        grouping=None,  # see STRATEGIES
        view_distance='euclidean',
        candidates=dict(
            kernel_size=9, threshold=0.5, max_candidates=2, plateaus=True, max_score=0.5
        ),
    ),
    CenterGroupCodec=dict(
        SHARED,
        keypoint_order=[0, 1, 2, 3],  # of other numbers of keypoints it is refused
        candidates=dict(
            kernel_size=9, center_kernel_size=17, threshold=0.9, min_candidates=1, max_candidates=3
        ),
        scoring=dict(by='heatmap', visible_threshold=0.9, min_keypoints=1, max_instances=2),
    ),
    CenterOffsetCodec=dict(
        SHARED,
        keypoint_order=[0, 1, 2, 3],
        match_distance=0.01,
        candidates=dict(
            kernel_size=9, center_kernel_size=3, threshold=0.9, center_threshold=0.9,
            max_candidates=3,
        ),
        scoring=dict(by='heatmap', max_instances=2),
    ),
    CIDCodec=dict(
        SHARED,
        keypoint_order=[0, 1, 2, 3],
        targets=dict(min_overlap=0.3, round_centers=True),
        candidates=PEOPLE,
        suppression=dict(distance=5.0, share=0.0),
    ),
    DEKRCodec=dict(
        {name: value for name, value in SHARED.items() if name != 'refinement'},
        keypoint_order=[0, 1, 2, 3],
        targets=dict(sigma=2.0, round_centers=True, center_sigma=1.0, min_length=6.0),
        candidates=PEOPLE,
        suppression=dict(distance=5.0, share=0.0),
    ),
    RecurrentAssociationCodec=dict(
        SHARED, **TAGS, keypoint_order=[0, 1, 2, 3], discard_threshold=0.95
    ),
)  # fmt: skip
# What else has to be set for an option to matter.
BESIDES = {
    ('AEDecoder', 'keypoint_order'): dict(grouping=dict(type='GreedyGrouping')),
    ('CIDCodec', 'suppression.share'): dict(suppression=dict(distance=0.3)),
    ('DEKRCodec', 'suppression.share'): dict(suppression=dict(distance=0.3)),
    ('CenterGroupCodec', 'candidates.min_candidates'): dict(candidates=dict(threshold=0.99)),
}
STRATEGIES = {
    DensityGrouping: dict(
        reach=0.7, spread=None, join_below=0.1, pose=[(0, 0), (0, 1), (1, 1), (0, 4)]
    ),
    GreedyGrouping: dict(
        distance='rms',
        cost='exact',
        inclusive=True,
        max_open=1,
        skip_when_full=True,
        solver='munkres',
        matching='best_score',
    ),
}
BESIDES_OF_STRATEGIES = {'skip_when_full': dict(max_open=2)}


def crowded_maps(seed):
    """Fourteen blobs of each type, of all heights, some flat on top; tags of few values."""
    rng = np.random.default_rng(seed)
    places = rng.integers(0, 2 * np.array(fakes.HEATMAP_SIZE), (4, 14, 1, 1, 2)) / 2
    heights = rng.integers(1, 17, (4, 14, 1, 1)) / 16
    columns, rows = np.meshgrid(*(np.arange(side) for side in fakes.HEATMAP_SIZE))
    squared = (columns - places[..., 0]) ** 2 + (rows - places[..., 1]) ** 2
    blobs = (heights * np.exp(-squared / 2)).max(1).astype(np.float32)
    tags = rng.integers(0, 9, (6, HEIGHT, WIDTH)) * np.float32(0.5)
    offsets = rng.integers(-10, 11, (6, HEIGHT, WIDTH)).astype(np.float32)
    maps = (torch.from_numpy(values)[None] for values in (blobs[:3], tags, blobs[3:], offsets))
    return Maps(*maps)


def decode(codec, maps):
    """The poses of a codec of any kind; what a network would say besides is random."""
    generator = torch.Generator().manual_seed(0)
    kind = type(codec).__name__
    if kind == 'CenterGroupCodec':
        found = codec.propose(maps)
        centers, candidates = found.centers.mask.shape[2], found.keypoints.mask[0].numel()
        members = torch.randint(0, 10**6, (1, 64, 3), generator=generator)[:, :centers]
        visibility = torch.rand(1, 64, 3, generator=generator)[:, :centers]
        logits = torch.rand(1, 64, generator=generator)[:, :centers]
        picked = codec.pick(maps.heatmaps, found, members % candidates, visibility, logits)
        return codec.group(picked)
    if kind == 'RecurrentAssociationCodec':
        steps = torch.rand(1, 5, 3, HEIGHT, WIDTH, generator=generator) ** 8
        steps = steps * torch.linspace(0.8, 1, 5).view(1, 5, 1, 1, 1)
        steps[:, 0, 0] *= 0.1  # discarded by default if it were less still
        steps[:, 1, 1] *= 0.01
        found = codec.propose(steps, torch.rand(1, 5, generator=generator), torch.ones(1, 5) > 0)
        return codec.group(found, None, maps, codec.grid())
    if kind == 'CIDCodec':
        found = codec.propose(maps)
        shape = int(found.mask.sum()), 3, HEIGHT, WIDTH
        return codec.group(codec.pick(torch.rand(shape, generator=generator) ** 8, found))
    if kind == 'AEDecoder':  # as if the tags were of two views
        maps = maps._replace(tags=codec.scale_views(maps.tags, 2))
    return codec.group(codec.propose(maps))


def outcome(kind, options):
    """Everything that a codec makes of people and of maps, or that it refuses these options."""
    try:
        codec = KEYPOINT_CODECS.build(fakes.codec_config(kind, **options))
        made = list(codec.encode(fakes.crowd(9), bbox_scale=np.full((9, 2), 20.0)).values())
        poses = [p for seed in range(3) for p in decode(codec, crowded_maps(seed))]
    except ValueError as error:
        return str(error)
    made += [vars(image)[name] for image in poses for name in vars(image)]
    return [np.asarray(value, float) for value in made if value is not None]


def differ(first, second):
    if isinstance(first, str) or isinstance(second, str) or len(first) != len(second):
        return True
    return any(not np.array_equal(a, b) for a, b in zip(first, second))


def rows(kind, table, part=''):
    """Options with another value, those of parts one by one."""
    for option, value in table.items():
        if isinstance(value, dict) and value is not COCO:
            for name, inner in value.items():
                yield kind, f'{option}.{name}', {option: {name: inner}}
        elif value is not None:
            yield kind, option, {option: value}


def merged(*levels):
    """Options over options, parts by their own options."""
    result = {}
    for options in levels:
        for name, value in options.items():
            inside = isinstance(value, dict) and isinstance(result.get(name), dict)
            result[name] = {**result[name], **value} if inside else value
    return result


@pytest.mark.parametrize(
    'kind, option, changed', [row for kind in CODECS for row in rows(kind, CODECS[kind])]
)
def test_options_of_codecs_change_something(kind, option, changed):
    base = merged(fakes.codec_config(kind), BESIDES.get((kind, option), {}))
    base.pop('type')
    before = outcome(kind, base)
    assert not isinstance(before, str), before
    assert not differ(before, outcome(kind, base))  # of itself nothing changes
    assert differ(before, outcome(kind, merged(base, changed)))


def missing_rows(codec, table):
    """Options of a codec and of its parts that a table lacks, and rows that are of nothing."""
    missing = set(option_names(type(codec))) ^ set(table)
    for option, value in table.items():
        part = getattr(codec, dict(targets='heatmap_targets').get(option, option), None)
        if is_dataclass(part):
            names = {field.name for field in fields(part)}
            missing |= {f'{option}.{name}' for name in names ^ set(value)}
    return missing


@pytest.mark.parametrize('kind', CODECS)
def test_every_option_of_a_codec_has_a_row(kind):
    assert missing_rows(fakes.codec(kind), CODECS[kind]) == set()


def test_every_codec_and_strategy_has_a_table():
    ours = {name for name, cls in KEYPOINT_CODECS.module_dict.items() if is_ours(cls)}
    assert ours == set(CODECS)
    strategies = {
        cls
        for cls in TASK_UTILS.module_dict.values()
        if cls.__module__.startswith('mmpose_ae.grouping.')
    }
    assert strategies == set(STRATEGIES)
    for strategy, table in STRATEGIES.items():
        assert option_names(strategy) == set(table)


class ToyDecoder(AEDecoder):
    """A codec with one more option."""

    def __init__(self, *args, toy=1, **kwargs):
        super().__init__(*args, **kwargs)


def test_an_option_without_a_row_is_noticed():
    toy = ToyDecoder(keypoint_order=[0, 1, 2])
    assert missing_rows(toy, CODECS['AEDecoder']) == {'toy'}
    table = dict(CODECS['AEDecoder'], scoring={})
    assert missing_rows(fakes.codec(), table) == {'scoring.max_instances'}


def crowded_candidates(seed):
    """Ten candidates of four types; scores and tags of few values, so that there are ties."""
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 5, (4, 10)) / 4
    cells = rng.integers(0, 40, (4, 10, 2))
    tags = rng.integers(0, 8, (4, 10, 2)) * 0.5
    return Candidates(*(values.astype(np.float32) for values in (scores, cells, tags)))


def groups(strategy, options):
    return [strategy(**options)(crowded_candidates(seed), [0, 1, 2, 3], 1.0) for seed in range(20)]


@pytest.mark.parametrize(
    'strategy, option, value',
    [(strategy, *row) for strategy, table in STRATEGIES.items() for row in table.items()],
)
def test_options_of_strategies_change_something(strategy, option, value):
    base = BESIDES_OF_STRATEGIES.get(option, {})
    before = groups(strategy, base)
    assert not differ(before, groups(strategy, base))
    assert differ(before, groups(strategy, {**base, option: value}))
