"""Perfect detections or perfect tags in place of predicted ones, on images of any size."""

import fakes
import numpy as np
import pytest
import torch

from mmpose_ae.models.heads import GroundTruth

PEOPLE = fakes.PEOPLE
LARGE = fakes.frame((128, 128))  # 48 of the 64 columns of the input, at 3/8 of its size


def maps_of(heatmaps=None, tags=None, batch=1):
    """What the head is given as its prediction: nothing where no maps are given."""
    blank = torch.zeros(1, 3, 12, 16)
    both = torch.cat([blank if m is None else m for m in (heatmaps, tags)], dim=1)
    return (both.repeat(batch, 1, 1, 1),)


def peaks(people):
    maps = torch.zeros(1, 3, 12, 16)
    for person in people:
        for k, (x, y) in enumerate(person):
            maps[0, k, int(y // 4), int(x // 4)] = 0.9
    return maps


def two_halves():
    """Tags as predicted for a person in each half."""
    tags = torch.zeros(1, 3, 12, 16)
    tags[..., 8:] = 5.0
    return tags


def predict(kind, feats, samples, head=None, **test_cfg):
    head = head or fakes.predicting_head()
    return (GroundTruth(head, kind) if kind else head).predict(feats, samples, test_cfg)


def by_place(found):
    return found.keypoints[np.argsort(found.keypoints[:, 0, 0])]


def test_perfect_tags_tell_apart_who_looks_the_same():
    """Predicted peaks: the left person's first keypoint and the others of the right one."""
    heatmaps = peaks(PEOPLE[1:])
    heatmaps[0, 0] = peaks(PEOPLE[:1])[0, 0]
    feats = maps_of(heatmaps)
    (merged,) = predict(None, feats, [fakes.sample()])
    assert len(merged.keypoints) == 1
    (found,) = predict('tags', feats, [fakes.sample()])
    assert len(found.keypoints) == 2
    owned = [np.flatnonzero(row > 0.5).tolist() for row in found.keypoint_scores]
    assert sorted(owned) == [[0], [1, 2]]


def test_perfect_detections_are_grouped_by_predicted_tags():
    noise = torch.rand(1, 3, 12, 16, generator=torch.Generator().manual_seed(0))
    (found,) = predict('heatmaps', maps_of(noise, two_halves()), [fakes.sample()])
    np.testing.assert_allclose(by_place(found), PEOPLE, atol=0.1)


def test_unlabelled_keypoints_and_nobody():
    feats = maps_of(tags=two_halves())
    some = fakes.sample(visible=np.array([[1, 0, 1], [2, 1, 1]]))
    (found,) = predict('heatmaps', feats, [some])
    assert (found.keypoint_scores > 0.1).sum() == 5
    for nobody in (fakes.sample(None), fakes.sample(fakes.NOBODY)):
        for kind in ('heatmaps', 'tags'):
            (found,) = predict(kind, feats, [nobody])
            assert len(found.keypoints) == 0


@pytest.mark.parametrize('restore', [False, True])
@pytest.mark.parametrize('flip', [False, True])
def test_images_of_a_batch_have_frames_of_their_own(flip, restore):
    """One is the input itself, the other one is larger and padded at both sides.

    Its people are at 8 / 3 of what they are in the input, less the padding of 8 pixels.
    """
    large = (PEOPLE - [8, 0]) * 8 / 3
    samples = [fakes.sample(), fakes.sample(large, on_input=LARGE), fakes.sample(None)]
    feats = maps_of(tags=two_halves(), batch=3)
    feats = [feats, maps_of(tags=two_halves(), batch=3)] if flip else feats
    head = fakes.predicting_head(decoder=fakes.codec_config(tag_threshold=2.0))
    test_cfg = dict(flip_test=flip, restore_heatmap_size=restore)
    first, second, third = predict('heatmaps', feats, samples, head, **test_cfg)
    for found in (first, second):  # in pixels of the input, which are the same for both
        np.testing.assert_allclose(by_place(found), PEOPLE, atol=0.2)
    assert len(third.keypoints) == 0


@pytest.mark.parametrize('restore', [False, True])
def test_tags_of_a_batch_are_painted_where_the_people_are(restore):
    """Keypoints are detected; all predicted tags are alike, so that only the true ones tell."""
    shifted = PEOPLE + [4, 8]
    samples = [fakes.sample(), fakes.sample((shifted - [8, 0]) * 8 / 3, on_input=LARGE)]
    maps = [fakes.perfect_maps('AEHead', p, tags=[0, 0]) for p in (PEOPLE, shifted)]
    found = predict('tags', (torch.cat(maps),), samples, restore_heatmap_size=restore)
    for image, expected in zip(found, (PEOPLE, shifted)):
        assert len(image.keypoints) == 2
        np.testing.assert_allclose(by_place(image), expected, atol=2.0 if restore else 0.2)
        assert sorted(image.tags[:, 0].tolist()) == [2, 4]  # twice the threshold apart


def test_gaussians_are_as_wide_as_the_network_would_predict_them():
    """Sigma is one cell of four pixels: at the size of the input that is four cells."""
    head, fields = fakes.predicting_head(), {}
    for restore in (False, True):
        test_cfg = dict(restore_heatmap_size=restore, output_heatmaps=True)
        _, (fields[restore],) = predict('heatmaps', maps_of(), [fakes.sample()], head, **test_cfg)
    y, x = np.mgrid[:48, :64]
    for k in range(3):
        squared = [(x - p[0]) ** 2 + (y - p[1]) ** 2 for p in PEOPLE[:, k]]
        expected = np.exp(-np.minimum(*squared) / (2 * 4**2))
        np.testing.assert_allclose(fields[True].heatmaps[k], expected, atol=0.012)  # cut at 3 sigma
    assert fields[False].heatmaps.shape == (3, 12, 16)


@pytest.mark.parametrize('kind', ['CenterAEHead', 'CoupledEmbeddingHead'])
def test_other_heads_that_group_by_tags(kind):
    maps = fakes.perfect_maps(kind, PEOPLE)
    maps[:, : fakes.HEADS[kind].heatmaps] = 0.0
    (found,) = predict('heatmaps', (maps,), [fakes.sample()], fakes.predicting_head(kind))
    np.testing.assert_allclose(by_place(found), PEOPLE, atol=0.2)


def test_what_is_refused():
    with pytest.raises(ValueError, match=r"must be one of \['heatmaps', 'tags'\], got 'peaks'"):
        GroundTruth(fakes.predicting_head(), 'peaks')
    for kind in ('CenterOffsetHead', 'CenterGroupHead'):
        with pytest.raises(ValueError, match='heads that group by tags'):
            GroundTruth(fakes.predicting_head(kind), 'tags')
    with pytest.raises(TypeError, match='has no option flip_tset.*did you mean flip_test'):
        predict('tags', maps_of(), [fakes.sample()], flip_tset=True)
