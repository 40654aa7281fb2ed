"""The host's half of every codec is called, written down and read alike."""

import json

import fakes
import numpy as np
import pytest

from mmpose_ae.codecs import Maps
from mmpose_ae.decoding import CenterDecoding, OffsetDecoding, TagDecoding, read_decoding
from mmpose_ae.frame import Grid

OPTIONS = dict(
    AEDecoder=dict(
        tag_threshold=0.7,
        refinement='quarter',
        grouping=dict(type='GreedyGrouping', max_open=30),
        completion=dict(rule='within', threshold=None, score=0.5),
        scoring=dict(max_instances=7),
    ),
    CenterOffsetCodec=dict(match_distance=0.1, scoring=dict(by='heatmap')),
    CenterGroupCodec=dict(scoring=dict(max_instances=3)),
)
GRID = Grid((8, 6), (4, 4))


@pytest.mark.parametrize('kind', OPTIONS)
def test_what_is_written_is_read_again(kind):
    written = json.loads(json.dumps(fakes.codec(kind, **OPTIONS[kind]).decoding.to_dict()))
    assert next(iter(written)) == 'type'
    assert read_decoding(written).to_dict() == written
    assert written != fakes.codec(kind).decoding.to_dict()


def test_what_a_file_says_of_tags():
    assert fakes.codec(**OPTIONS['AEDecoder']).decoding.to_dict() == dict(
        type='TagDecoding',
        tag_threshold=0.7,
        keypoint_order=[0, 1, 2],
        refinement='quarter',
        grouping=dict(
            type='GreedyGrouping', cost='rounded', distance='euclidean', inclusive=False,
            matching='least_cost', max_open=30, skip_when_full=False, solver='scipy',
        ),
        completion=dict(rule='within', threshold=None, score=0.5),
        scoring=dict(max_instances=7),
    )  # fmt: skip


def test_outputs_have_the_names_that_are_read():
    codec = fakes.codec()
    maps = fakes.perfect_maps('AEHead', fakes.PEOPLE).split(3, 1)
    outputs = codec.outputs(codec.propose(Maps(*maps)))
    assert tuple(outputs) == codec.decoding.output_names == ('candidates', 'heatmaps', 'tags')
    assert outputs['candidates'].shape[3] == 4
    codec = fakes.codec(completion=None)
    outputs = codec.outputs(codec.propose(Maps(*maps)))
    assert tuple(outputs) == codec.decoding.output_names == ('candidates',)


def test_centers_by_hand():
    """Of three centers the second is padding; the last is the best."""
    cells = np.arange(12, dtype=np.float32).reshape(1, 3, 2, 2)
    outputs = dict(
        cells=cells,
        keypoint_scores=np.float32([[[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]]),
        instance_scores=np.float32([[0.2, 0.9, 0.5]]),
        center_mask=np.array([[True, False, True]]),
    )
    (poses,) = CenterDecoding()(outputs, GRID)
    np.testing.assert_array_equal(poses.keypoints, 4 * cells[0, [2, 0]] + 1.5)
    np.testing.assert_array_equal(poses.instance_scores, np.float32([0.5, 0.2]))
    assert len(CenterDecoding(1)(outputs, GRID)[0]) == 1


class OwnGrouping:
    """A strategy that this package does not ship."""

    def __call__(self, candidates, order, tag_threshold):
        return np.empty((0, len(candidates.scores)), np.int64)


@pytest.mark.parametrize('options, error, message', [
    (dict(type='Nothing'), ValueError, "type of decoding must be one of .*'TagDecoding'"),
    ({}, ValueError, 'type of decoding must be one of .* got None'),
    (dict(type='TagDecoding', tags=1), TypeError, 'TagDecoding has no option tags.*tag_threshold'),
    (dict(type='TagDecoding', tag_threshold='1'), ValueError, "tag_threshold must be positive"),
    (dict(type='TagDecoding', refinement='cubic'), ValueError, "refinement must be one of"),
    (dict(type='TagDecoding', grouping=dict(type='Own')), ValueError, 'type of grouping must be'),
    (dict(type='TagDecoding', completion=dict(r=1)), TypeError, 'completion of TagDecoding has no'),
    (dict(type='OffsetDecoding', match_distance=-1), ValueError, 'match_distance must be a number'),
    (dict(type='CenterDecoding', max_instances=0), ValueError, 'max_instances, if it is not None'),
])  # fmt: skip
def test_faults_of_a_file_are_named(options, error, message):
    with pytest.raises(error, match=message):
        read_decoding(options)


def test_arrays_that_are_missing_are_named():
    with pytest.raises(ValueError, match='but has no regressed, center_mask; given are'):
        OffsetDecoding()(dict(candidates=[], center_scores=[]), GRID)


def test_an_own_strategy_cannot_be_written():
    with pytest.raises(
        ValueError, match='grouping by OwnGrouping cannot be written to a file, only by one of'
    ):
        TagDecoding(grouping=OwnGrouping()).to_dict()
