"""Names that configs may use in place of options: settings of the released codes, and old options.

A preset holds options by part; what a config gives itself wins. Old options are those of the flat
list that the codecs had before they were composed of parts: they keep working.
"""

from functools import wraps
from typing import Any, Callable, Dict, Iterable, Tuple, TypeVar

from mmpose_ae.options import check_choice, check_known, option_names

Class = TypeVar('Class', bound=type)
Place = Tuple[str, ...]  # an option of a codec, or a part and an option of it

_RELEASED = dict(
    center_shift=0.5,
    refinement='released',
    targets=dict(round_centers=True),
    candidates=dict(max_candidates=30, plateaus=True),
    completion=dict(rule='released', threshold=None),
    view_distance='euclidean',
)
PRESETS: Dict[str, dict] = dict(
    # HigherHRNet's release, and MMPose 0.x after it
    higher_hrnet=dict(
        _RELEASED, grouping=dict(type='GreedyGrouping', max_open=30, solver='munkres')
    ),
    # Associative Embedding's release, at the resolution of the heatmaps
    pose_ae_train=dict(
        _RELEASED,
        candidates=dict(kernel_size=3, max_candidates=30, plateaus=True, max_score=1.0),
        completion=dict(rule='released', threshold=None, score=1.0),
        grouping=dict(
            type='GreedyGrouping',
            distance='rms',
            max_open=30,
            skip_when_full=True,
            solver='munkres',
        ),
    ),
    # CoupledEmbedding's release
    coupled_embedding=dict(
        _RELEASED,
        grouping=dict(type='GreedyGrouping', cost='capped', inclusive=True, solver='munkres'),
    ),
    # CenterGroup's release
    center_group=dict(center_shift=0.5, refinement='released', targets=dict(round_centers=True)),
)

TARGET_OPTIONS: Dict[str, Place] = dict(
    sigma=('targets', 'sigma'),
    round_centers=('targets', 'round_centers'),
    decode_keypoint_order=('keypoint_order',),
    decode_center_shift=('center_shift',),
    decode_refinement=('refinement',),
    decode_max_instances=('scoring', 'max_instances'),
)
TAG_OPTIONS: Dict[str, Place] = dict(
    decode_tag_thr=('tag_threshold',),
    decode_nms_kernel=('candidates', 'kernel_size'),
    decode_keypoint_thr=('candidates', 'threshold'),
    decode_topk=('candidates', 'max_candidates'),
    decode_plateaus=('candidates', 'plateaus'),
    decode_max_score=('candidates', 'max_score'),
    decode_missing=('completion', 'rule'),
    decode_missing_thr=('completion', 'threshold'),
    decode_missing_score=('completion', 'score'),
)
CENTER_OPTIONS: Dict[str, Place] = dict(
    decode_candidate_kernel=('candidates', 'kernel_size'),
    decode_center_kernel=('candidates', 'center_kernel_size'),
    decode_max_candidates=('candidates', 'max_candidates'),
    decode_instance_score=('scoring', 'by'),
)


def accept_presets(
    old_options: Dict[str, Place], presets: Iterable[str] = tuple(PRESETS)
) -> Callable[[Class], Class]:
    """Let a codec take ``preset`` and old options besides its own; others are refused.

    Args:
        old_options (dict): Where each old option went.
        presets (iterable): Names of the presets that suit the codec. What they say of parts that
            it lacks is left out.

    Returns:
        callable: To decorate the class with.
    """

    def decorate(owner: Class) -> Class:
        build, known = owner.__init__, option_names(owner)

        @wraps(build)
        def from_options(self: Any, *args: Any, **given: Any) -> None:
            if type(self) is owner:
                own = [name for name in given if name not in old_options]
                check_known(owner.__name__, own, {*known, 'preset'})
                check_choice(f'preset of {owner.__name__}', given.get('preset'), [None, *presets])
                given = expand_options(given, known, old_options)
            build(self, *args, **given)

        owner.__init__ = from_options
        return owner

    return decorate


def expand_options(given: dict, known: Iterable[str], old_options: Dict[str, Place]) -> dict:
    """Write a preset and old options out as the options that they stand for.

    Args:
        given (dict): What a config says.
        known (iterable): Options of the codec. Those of a preset that it lacks are left out.
        old_options (dict): Where each old option went.

    Returns:
        dict: Options of the codec alone.

    Raises:
        ValueError: If an old option and the one that it became are both given.
    """
    own = dict(given)
    preset = PRESETS.get(own.pop('preset', None), {})
    preset = {key: value for key, value in preset.items() if key in known}
    # Without any completion the old options of it have no place, and need none.
    dropped = own.get('decode_missing', '') is None
    for old in [key for key in old_options if key in own]:
        _move(own, old, old_options[old])
    if dropped:
        own['completion'] = None
    return _merge(preset, own)


def _move(options: dict, old: str, place: Place) -> None:
    """Put the value of an old option where it belongs."""
    value, part = options.pop(old), place[0]
    if len(place) == 1:
        if part in options:
            raise ValueError(f'{old} and {part} are one option: give {part} alone')
        options[part] = value
        return
    present = options.get(part, {})
    if not isinstance(present, dict) or place[1] in present:
        raise ValueError(f'{old} is the option {place[1]} of {part}: give {part} alone')
    options[part] = dict(present, **{place[1]: value})


def _merge(preset: dict, own: dict) -> dict:
    """A config's own options over those of a preset, part by part; another grouping replaces it."""
    merged = dict(preset)
    for key, value in own.items():
        below = merged.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            other_type = value.get('type', below.get('type')) != below.get('type')
            value = value if other_type else {**below, **value}
        merged[key] = value
    return merged
