"""A learned score: as PyTorch computes it, by hand, in files, and in every decoding."""

import io
import json

import fakes
import numpy as np
import pytest
import torch
from torch import nn

from mmpose_ae.codecs import Maps
from mmpose_ae.decoding import CenterDecoding, LearnedScore, read_decoding
from mmpose_ae.decoding.pose_features import count_features
from mmpose_ae.export.poses import DecodingInGraph
from mmpose_ae.frame import Grid
from mmpose_ae.grouping import Poses

NAMES = ('left', 'right', 'middle')
WIDTH = count_features(3)
SIZE = WIDTH - 1  # the feature that is the logarithm of the size


def by_feature(index, factor=1.0):
    """A score of one feature alone."""
    weights = np.zeros((WIDTH, 1), np.float32)
    weights[index] = factor
    return LearnedScore(NAMES, np.full(3, 0.1), ((weights, np.zeros(1, np.float32)),))


@pytest.fixture
def write(tmp_path):
    """Write a score, and the codec's option that names it."""

    def write(score):
        (tmp_path / 'score.npz').write_bytes(score.to_bytes())
        return str(tmp_path / 'score.npz')

    return write


def test_it_computes_what_torch_does():
    torch.manual_seed(0)
    linear = [nn.Linear(WIDTH, 8), nn.Linear(8, 5), nn.Linear(5, 1)]
    network = nn.Sequential(linear[0], nn.ReLU(), linear[1], nn.ReLU(), linear[2], nn.Sigmoid())
    layers = tuple((m.weight.detach().T.numpy(), m.bias.detach().numpy()) for m in linear)
    score = LearnedScore(NAMES, np.full(3, 0.1), layers)
    features = 3 * torch.randn(50, WIDTH)
    expected = network(features)[:, 0].detach().numpy()
    assert np.ptp(expected) > 0.1
    found = score.predict(features.numpy())
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_logits_of_any_size_are_scores():
    features = np.zeros((2, WIDTH), np.float32)
    features[:, SIZE] = [-1e4, 1e4]
    with np.errstate(all='raise', under='ignore'):
        assert by_feature(SIZE).predict(features).tolist() == [0, 1]


def test_people_are_ranked_with_all_that_is_theirs():
    """The second is the largest, and the score is the sigmoid of the logarithm of 8: 8 / 9."""
    keypoints = np.float32([[[0, 0], [2, 0], [1, 0]], [[0, 0], [8, 0], [1, 0]]])
    tags, filled = np.float32([[1], [2]]), np.array([[False] * 3, [True] * 3])
    poses = Poses(
        keypoints, np.float32([[0.9] * 3, [0.1] * 3]), np.float32([0.9, 0.1]), tags, filled
    )
    found = by_feature(SIZE).rank(poses)
    np.testing.assert_allclose(found.instance_scores, [8 / 9, 2 / 3], rtol=1e-6)
    for name in ('keypoints', 'keypoint_scores', 'tags', 'filled'):
        np.testing.assert_array_equal(getattr(found, name), getattr(poses, name)[::-1])
    assert len(by_feature(SIZE).rank(poses.take([]))) == 0


def test_a_file_is_read_as_it_was_written(write):
    score = by_feature(SIZE, 0.3)
    read = LearnedScore.read(write(score))
    assert read.keypoint_names == NAMES
    assert read.to_bytes() == score.to_bytes() == LearnedScore.from_text(score.to_text()).to_bytes()


HEAD = dict(format=1, keypoint_names=NAMES, sigmas=np.full(3, 0.1))


def written(save=np.savez, *values, **arrays):
    """What numpy writes of arrays."""
    file = io.BytesIO()
    save(file, *values, **arrays)
    return file.getvalue()


@pytest.mark.parametrize('content, words', [
    (b'', ''),
    (b'no file of numpy', ''),
    (written(**HEAD)[:-9], ''),
    (written(np.save, np.zeros(3)), ''),
    (written(keypoint_names=NAMES), "it has no 'format'"),
    (written(**dict(HEAD, keypoint_names=np.array(NAMES, object))), 'Object arrays cannot be'),
    (written(**dict(HEAD, format=2)), 'it has format 2, this version of mmpose_ae reads up to 1'),
    (written(**HEAD), 'the last layer has 16 outputs'),
    (written(**HEAD, w0=np.zeros((3, 1)), b0=np.zeros(1)), 'a layer of 16 inputs has weights'),
    (written(**HEAD, w0=np.full((16, 1), np.nan), b0=np.zeros(1)), '16 inputs .* not finite'),
    (written(**HEAD, w0=np.ones((16, 1)), b0=np.full(1, np.inf)), '16 inputs .* not finite'),
    (written(**dict(HEAD, sigmas=np.ones(2))), 'there are 2 sigmas of 3 keypoints'),
    (written(**dict(HEAD, sigmas=np.zeros(3))), 'sigmas must be positive'),
])  # fmt: skip
def test_other_files_are_refused(content, words, tmp_path):
    path = tmp_path / 'score.npz'
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f'score.npz is not a learned score: .*{words}'):
        LearnedScore.read(path)


def test_a_codec_ranks_by_it(write):
    """Of two people of equal score the larger one is the first, or with another sign the last."""
    maps = Maps(*fakes.perfect_maps('AEHead', fakes.PEOPLE).split(3, 1))
    sides = []
    for factor in (1, -1):
        codec = fakes.codec(learned_score=write(by_feature(SIZE, factor)))
        (poses,) = codec.group(codec.propose(maps))
        sides.append([np.linalg.norm(np.ptp(each, axis=0)) for each in poses.keypoints])
        logits = factor * np.log(sides[-1])
        np.testing.assert_allclose(poses.instance_scores, 1 / (1 + np.exp(-logits)), rtol=1e-5)
    assert sides[0] == sides[1][::-1] == sorted(sides[0], reverse=True)


@pytest.mark.parametrize('kind', ['AEDecoder', 'CenterOffsetCodec', 'CenterGroupCodec', 'CIDCodec'])
def test_every_codec_writes_it_down_whole(kind, write):
    score = by_feature(SIZE)
    said = fakes.codec(kind, learned_score=write(score)).decoding.to_dict()
    read = read_decoding(json.loads(json.dumps(said)))
    assert read.learned_score.to_bytes() == score.to_bytes()
    assert read.to_dict() == said


def test_decoding_ranks_by_it_in_the_end():
    """Also after the limit of people, which is of the scores until then."""
    sizes = np.float32([1, 4, 2])
    shape = np.float32([[0, 0], [6, 8], [0, 8]])
    arrays = dict(
        cells=(sizes[:, None, None] * shape)[None],
        keypoint_scores=np.ones((1, 3, 3), np.float32),
        instance_scores=np.float32([[0.9, 0.1, 0.5]]),
        center_mask=np.ones((1, 3), bool),
    )
    (found,) = CenterDecoding(2, learned_score=by_feature(SIZE))(arrays, Grid((9, 9), (1, 1)))
    np.testing.assert_allclose(found.instance_scores, [20 / 21, 10 / 11], rtol=1e-6)


def test_other_keypoints_are_refused(write):
    path = write(by_feature(SIZE))
    words = r"score.npz is of people with the 3 keypoints \['left', 'right', 'middle'\], got "
    with pytest.raises(ValueError, match=f'{words}4'):
        fakes.codec(keypoint_order=[0, 1, 2, 3], learned_score=path)
    coco = dict(from_file='configs/_base_/datasets/coco.py')
    with pytest.raises(ValueError, match=rf"{words}\['nose'"):
        fakes.codec(keypoint_order=None, metainfo=coco, learned_score=path)
    four = Poses(np.zeros((1, 4, 2)), np.zeros((1, 4)), np.zeros(1))
    with pytest.raises(ValueError, match='the learned score is of people with the 3 keypoints'):
        by_feature(SIZE).rank(four)
    codec = fakes.codec(learned_score=path)
    codec.check_keypoints(NAMES)
    with pytest.raises(ValueError, match=r"learned_score of AEDecoder is of .* \['right', 'left'"):
        codec.check_keypoints(['right', 'left', 'middle'])
    with pytest.raises(FileNotFoundError, match='missing.npz'):
        fakes.codec(learned_score='missing.npz')


def test_a_graph_with_all_of_decoding_has_none(write):
    codec = fakes.codec(learned_score=write(by_feature(SIZE)))
    with pytest.raises(ValueError, match=r'without --poses, or with .*learned_score=None'):
        DecodingInGraph(codec.decoding)
