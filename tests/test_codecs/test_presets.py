"""Presets and old names of options: what a config gives is what the codec has."""

from dataclasses import fields, is_dataclass

import pytest

from mmpose_ae.codecs import PRESETS
from mmpose_ae.grouping import DensityGrouping
from mmpose_ae.registry import KEYPOINT_CODECS

SIZES = dict(input_size=(64, 48), heatmap_size=(16, 12))

# What configs spelled out before presets had names, under the old names of options.
GREEDY = dict(type='GreedyGrouping', solver='munkres')
AS_RELEASED = dict(
    round_centers=True,
    decode_topk=30,
    decode_plateaus=True,
    decode_center_shift=0.5,
    decode_refinement='released',
    decode_missing='released',
    decode_missing_thr=None,
    view_distance='euclidean',
)
SPELLED_OUT = dict(
    higher_hrnet=dict(AS_RELEASED, grouping=dict(GREEDY, max_open=30)),
    coupled_embedding=dict(AS_RELEASED, grouping=dict(GREEDY, cost='capped', inclusive=True)),
    pose_ae_train=dict(
        AS_RELEASED,
        decode_nms_kernel=3,
        decode_max_score=1.0,
        decode_missing_score=1.0,
        grouping=dict(GREEDY, distance='rms', max_open=30, skip_when_full=True),
    ),
    center_group=dict(round_centers=True, decode_center_shift=0.5, decode_refinement='released'),
)


def build(name='AEDecoder', **options):
    return KEYPOINT_CODECS.build(dict(type=f'mmpose_ae.{name}', **SIZES, **options))


def settings(thing):
    """All that a codec or a part of it was built with."""
    if is_dataclass(thing):
        return type(thing), {field.name: getattr(thing, field.name) for field in fields(thing)}
    if hasattr(thing, '__dict__'):
        return type(thing), {name: settings(value) for name, value in vars(thing).items()}
    return thing


def test_all_presets_are_tested():
    assert set(PRESETS) == set(SPELLED_OUT)


@pytest.mark.parametrize('preset', sorted(SPELLED_OUT))
def test_a_preset_is_what_configs_spelled_out(preset):
    assert settings(build(preset=preset)) == settings(build(**SPELLED_OUT[preset]))


@pytest.mark.parametrize('codec', ['CenterGroupCodec', 'CenterOffsetCodec'])
def test_the_preset_of_codecs_of_centers(codec):
    expected = settings(build(codec, **SPELLED_OUT['center_group']))
    assert settings(build(codec, preset='center_group')) == expected


@pytest.mark.parametrize('codec', ['AEDecoder', 'CenterGroupCodec', 'CenterOffsetCodec'])
def test_no_preset_is_the_default(codec):
    assert settings(build(codec, preset=None)) == settings(build(codec))


@pytest.mark.parametrize('old, value, read', [
    ('sigma', 1.5, lambda c: c.heatmap_targets.sigma),
    ('round_centers', True, lambda c: c.heatmap_targets.round_centers),
    ('decode_keypoint_order', [1, 0], lambda c: c.keypoint_order),
    ('decode_center_shift', 0.25, lambda c: c.center_shift),
    ('decode_refinement', None, lambda c: c.refinement),
    ('decode_refinement', 'quarter', lambda c: c.refinement),
    ('decode_max_instances', 7, lambda c: c.scoring.max_instances),
    ('decode_tag_thr', 0.7, lambda c: c.tag_threshold),
    ('decode_nms_kernel', 7, lambda c: c.candidates.kernel_size),
    ('decode_keypoint_thr', 0.3, lambda c: c.candidates.threshold),
    ('decode_topk', 12, lambda c: c.candidates.max_candidates),
    ('decode_plateaus', True, lambda c: c.candidates.plateaus),
    ('decode_max_score', 1.0, lambda c: c.candidates.max_score),
    ('decode_missing', 'within', lambda c: c.completion.rule),
    ('decode_missing', None, lambda c: c.completion),
    ('decode_missing_thr', None, lambda c: c.completion.threshold),
    ('decode_missing_score', 0.5, lambda c: c.completion.score),
])  # fmt: skip
def test_old_names_of_tag_codecs(old, value, read):
    """One by one; nothing else changes."""
    codec = build(**{old: value})
    assert read(codec) == value
    changed = settings(codec)[1], settings(build())[1]
    assert sum(one != other for one, other in zip(*(each.values() for each in changed))) == 1


COMMON = [
    ('decode_candidate_kernel', 3, lambda c: c.candidates.kernel_size),
    ('decode_center_kernel', 9, lambda c: c.candidates.center_kernel_size),
    ('decode_max_candidates', 5, lambda c: c.candidates.max_candidates),
    ('decode_instance_score', 'heatmap', lambda c: c.scoring.by),
    ('decode_max_instances', 7, lambda c: c.scoring.max_instances),
    ('decode_keypoint_order', [1, 0], lambda c: c.keypoint_order),
    ('sigma', 1.5, lambda c: c.heatmap_targets.sigma),
]


@pytest.mark.parametrize('old, value, read', [
    *COMMON,
    ('decode_candidate_thr', 0.02, lambda c: c.candidates.threshold),
    ('decode_min_candidates', 4, lambda c: c.candidates.min_candidates),
    ('decode_visible_thr', 0.4, lambda c: c.scoring.visible_threshold),
    ('decode_min_keypoints', 0, lambda c: c.scoring.min_keypoints),
])  # fmt: skip
def test_old_names_of_center_group(old, value, read):
    assert read(build('CenterGroupCodec', **{old: value})) == value


@pytest.mark.parametrize('old, value, read', [
    *COMMON,
    ('decode_candidate_thr', 0.02, lambda c: c.candidates.center_threshold),
    ('decode_keypoint_thr', 0.03, lambda c: c.candidates.threshold),
    ('decode_match_distance', 0.5, lambda c: c.match_distance),
])  # fmt: skip
def test_old_names_of_center_offsets(old, value, read):
    assert read(build('CenterOffsetCodec', **{old: value})) == value


def test_several_old_names_of_one_part_and_new_ones_beside_them():
    codec = build(decode_topk=9, candidates=dict(threshold=0.2), decode_nms_kernel=3, sigma=3)
    search = codec.candidates
    assert (search.max_candidates, search.threshold, search.kernel_size) == (9, 0.2, 3)
    assert codec.heatmap_targets.sigma == 3
    codec = build(decode_missing='within', decode_missing_thr=0.3, decode_missing_score=1)
    rule = codec.completion
    assert (rule.rule, rule.threshold, rule.score) == ('within', 0.3, 1)
    # No search at all needs none of its options.
    assert build(decode_missing=None, decode_missing_thr=0.3).completion is None


@pytest.mark.parametrize('options, message', [
    (dict(decode_topk=9, candidates=dict(max_candidates=8)), 'decode_topk is the option max_cand'),
    (dict(sigma=1, targets=dict(sigma=2)), 'sigma is the option sigma of targets'),
    (dict(decode_center_shift=0, center_shift=0.5), 'decode_center_shift and center_shift are one'),
    (dict(decode_refinement=None, refinement=None), 'decode_refinement and refinement are one'),
    (dict(decode_tag_thr=1, tag_threshold=1), 'decode_tag_thr and tag_threshold are one option'),
    (dict(decode_missing='within', completion=dict(rule='nearest')), 'decode_missing is the opt'),
    (dict(decode_missing='within', completion='nearest'), 'decode_missing is the option rule of'),
    (dict(decode_missing=None, completion='nearest'), 'decode_missing is the option rule of'),
    (dict(decode_missing_thr=0.2, completion='nearest'), 'decode_missing_thr is the option thr'),
    (dict(decode_missing_thr=0.2, completion=None), 'decode_missing_thr is the option threshold'),
])  # fmt: skip
def test_the_old_and_the_new_name_of_one_option(options, message):
    with pytest.raises(ValueError, match=message):
        build(**options)


def test_a_config_wins_over_its_preset():
    codec = build(
        preset='higher_hrnet',
        center_shift=None,
        candidates=dict(max_candidates=50),
        decode_nms_kernel=7,
        completion=dict(score=0.5),
    )
    assert codec.center_shift is None and codec.refinement == 'released'
    search = codec.candidates
    assert (search.max_candidates, search.kernel_size, search.plateaus) == (50, 7, True)
    rule = codec.completion
    assert (rule.rule, rule.threshold, rule.score) == ('released', None, 0.5)


@pytest.mark.parametrize('options', [dict(completion=None), dict(decode_missing=None)])
def test_a_config_takes_a_part_of_the_preset_away(options):
    assert build(preset='higher_hrnet', **options).completion is None


def test_a_rule_alone_replaces_the_search_of_the_preset():
    """Its other options are those of the rule, not of the preset."""
    rule = build(preset='pose_ae_train', completion='nearest').completion
    assert (rule.rule, rule.threshold, rule.score) == ('nearest', 0.01, None)


def test_another_grouping_replaces_that_of_the_preset():
    grouping = build(preset='higher_hrnet', grouping=dict(type='DensityGrouping', reach=3)).grouping
    assert isinstance(grouping, DensityGrouping) and grouping.reach == 3


@pytest.mark.parametrize('kind', [dict(type='GreedyGrouping'), {}])
def test_options_of_the_same_grouping_are_merged(kind):
    grouping = build(preset='pose_ae_train', grouping=dict(kind, max_open=5)).grouping
    assert (grouping.max_open, grouping.distance, grouping.skip_when_full) == (5, 'rms', True)


def test_presets_are_not_changed_by_those_who_use_them():
    before = str(PRESETS)
    build(preset='pose_ae_train', grouping=dict(max_open=5), decode_topk=4, completion=None)
    assert str(PRESETS) == before
    options = dict(candidates=dict(threshold=0.2))
    build(preset='higher_hrnet', decode_topk=4, **options)
    assert options == dict(candidates=dict(threshold=0.2))


def test_an_unknown_preset_is_refused():
    message = "preset of AEDecoder must be one of .*'higher_hrnet'.*got 'hrnet'"
    with pytest.raises(ValueError, match=message):
        build(preset='hrnet')


@pytest.mark.parametrize('codec', ['CenterGroupCodec', 'CenterOffsetCodec'])
@pytest.mark.parametrize('preset', sorted({*SPELLED_OUT} - {'center_group'}))
def test_a_preset_of_tags_is_refused_by_codecs_of_centers(codec, preset):
    message = rf"preset of {codec} must be one of \[None, 'center_group'\], got '{preset}'"
    with pytest.raises(ValueError, match=message):
        build(codec, preset=preset)


@pytest.mark.parametrize('options, message', [
    (dict(tag_thresholds=1), r'AEDecoder has no option tag_thresholds \(did you mean tag_thresh'),
    (dict(decode_top=1), r"AEDecoder has no option decode_top.*known are: \['candidates', 'cent"),
    (dict(candidates=dict(kernel=3)), r'candidates of AEDecoder has no option kernel .*kernel_si'),
    (dict(targets=dict(radius=3)), r"targets of AEDecoder .*known are: \['round_centers', 'sigma'"),
    (dict(completion=dict(rules=3)), r'completion of AEDecoder has no option rules'),
    (dict(scoring=dict(max=3)), r"scoring of AEDecoder.*known are: \['max_instances'\]"),
])  # fmt: skip
def test_unknown_options_list_the_known_ones(options, message):
    with pytest.raises(TypeError, match=message):
        build(**options)


@pytest.mark.parametrize('codec', ['CenterGroupCodec', 'CenterOffsetCodec'])
def test_codecs_of_centers_do_not_take_options_of_tags(codec):
    for option in (dict(decode_tag_thr=1), dict(grouping={}), dict(completion=None)):
        with pytest.raises(TypeError, match=f'{codec} has no option {next(iter(option))}'):
            build(codec, **option)
