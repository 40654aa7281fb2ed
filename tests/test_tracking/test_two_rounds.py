"""Two rounds: who is matched when, what is remembered and for how long, and what tags do."""

import numpy as np
import pytest

from mmpose_ae.grouping import Poses
from mmpose_ae.tracking import Tracker

HIGH, LOW, NONE = 0.9, 0.2, 0.05  # scores


def run(tracker, frames):
    """Ids of each frame."""
    return [tracker.update(poses).ids.tolist() for poses in frames]


@pytest.fixture
def track(sigmas):
    def track(frames, **options):
        return run(Tracker(sigmas=sigmas, **options), frames)

    return track


def test_people_who_walk_keep_their_ids(track, people):
    """In whatever order they are given; a third one comes later."""
    frames = [
        people((50, 50), (150, 50)),
        people((147, 50), (53, 50)),
        people((56, 50), (300, 50), (144, 50)),
    ]
    assert track(frames) == [[0, 1], [1, 0], [0, 2, 1]]


def test_the_optimum_is_taken(track, people):
    """Two people in a row move on; the first comes to where the second was."""
    frames = [people((50, 50), (54, 50)), people((54, 50), (58, 50))]
    assert track(frames, velocity_weight=0.0) == [[0, 1], [0, 1]]


@pytest.mark.parametrize('missed, back', [(0, 0), (3, 0), (4, 1)])
def test_memory(track, people, missed, back):
    frames = [people((50, 50)), *[people()] * missed, people((50, 50))]
    assert track(frames, memory=3)[-1] == [back]


def test_frames_that_are_left_out_count(people, sigmas):
    tracker = Tracker(sigmas=sigmas, memory=3)
    assert tracker.update(people((50, 50)), 10).ids.tolist() == [0]
    assert tracker.update(people((50, 50)), 14).ids.tolist() == [0]
    assert tracker.update(people((50, 50)), 19).ids.tolist() == [1]


def test_hidden_people_come_back_where_they_were_going(track, people):
    """Two walk towards each other; one is hidden while they pass."""
    left, right = [(50 + 6 * t, 50) for t in range(12)], [(116 - 6 * t, 50) for t in range(12)]
    frames = [people(a, b) for a, b in zip(left, right)]
    frames[4:8] = [people(a) for a in left[4:8]]
    ids = track(frames)
    assert ids[3] == ids[-1] == [0, 1] and ids[5] == [0]
    assert track(frames, velocity_weight=0.0)[-1] != [0, 1]


def test_drift_widens_the_search_for_hidden_people(track, people):
    start = [people((50, 50))]
    for gap, expected in ((0, [1]), (8, [0])):
        frames = [*start, *[people()] * gap, people((62, 50))]
        assert track(frames, drift=0.05, similarity=0.5)[-1] == expected
    assert track(frames, drift=0.0, similarity=0.5)[-1] == [1]


def test_scores(track, people):
    """Nobody starts with a low score, but goes on with it."""
    scores = [[LOW], [HIGH], [LOW], [NONE], [HIGH]]
    frames = [people((50, 50), scores=s) for s in scores]
    assert track(frames) == [[-1], [0], [0], [-1], [0]]
    assert track(frames, low_score=0.5, high_score=0.5, new_score=0.5) == [[-1], [0], [-1]] + [
        [-1],
        [0],
    ]
    assert track(frames, low_score=0.01)[3] == [0]
    assert track(frames, new_score=0.95) == [[-1]] * 5


def test_the_second_round_is_for_who_was_just_seen(track, people):
    frames = [people((50, 50)), people(), people((50, 50), scores=[LOW])]
    assert track(frames)[-1] == [-1]
    assert track(frames, high_score=0.1)[-1] == [0]


def test_who_is_sure_comes_first(track, people):
    """Somebody unsure at the very place gets nothing where somebody sure is close."""
    frames = [people((50, 50)), people((50, 50), (53, 50), scores=[LOW, HIGH])]
    assert track(frames)[-1] == [-1, 0]
    assert track(frames, high_score=0.1)[-1][0] == 0


@pytest.mark.parametrize('name, scores', [('similarity', HIGH), ('second_similarity', LOW)])
def test_least_similarity(track, people, name, scores):
    frames = [people((50, 50)), people((54, 50), scores=[scores])]
    assert track(frames, **{name: 0.1})[-1] == [0]
    assert track(frames, **{name: 0.95})[-1] != [0]


def test_tags_tell_people_apart(track, people):
    """Two people who swap places within a frame, as far as anybody can see."""
    frames = [
        people((50, 50), (56, 50), tags=[1, 5]),
        people((50, 50), (56, 50), tags=[5, 1]),
    ]
    assert track(frames)[-1] == [1, 0]
    assert track(frames, tag_scale=None)[-1] == [0, 1]
    assert track(frames, tag_scale=1e3)[-1] == [0, 1]


def test_how_much_tags_count(track, people):
    """At 2 of the scale apart the similarity is exp(-2), 0.14."""
    frames = [people((50, 50), tags=[[0, 0]]), people((50, 50), tags=[[2.4, 3.2]])]
    assert track(frames, similarity=0.13)[-1] == [0]
    assert track(frames, similarity=0.14)[-1] == [1]
    assert track(frames, similarity=0.14, tag_scale=2.1)[-1] == [0]


def test_what_a_track_remembers_of_tags(track, people):
    """Tags 0, 0, 0, 4, then 0: who takes over a quarter has 1, who takes all has 4."""
    frames = [people((50, 50), tags=[tag]) for tag in (0, 0, 0, 4, 0)]
    least = dict(tag_scale=2.0, similarity=0.134)  # 4 apart: exp(-2), 0.135
    assert track(frames, **least, tag_weight=0.25) == [[0]] * 5
    near = dict(tag_scale=2.0, similarity=0.85)  # 1 apart: exp(-1 / 8), 0.88
    for weight, last in ((0.25, 0), (1.0, 1)):
        tracker = Tracker(sigmas=[0.1] * 5, tag_weight=weight, **least)
        run(tracker, frames[:4])
        tracker.rule.similarity = near['similarity']
        assert run(tracker, frames[4:]) == [[last]]


def test_the_first_sighting_tells_no_more_than_others(people, sigmas):
    """Tag 4 and then 0: means over 1, 2 and 4 frames; then a tenth of the newest."""
    tracker = Tracker(sigmas=sigmas, tag_weight=0.25, tag_scale=9.0)
    remembered = []
    for tag in (4, 0, 0, 0, 0):
        tracker.update(people((50, 50), tags=[tag]))
        (track,) = tracker.rule._tracks
        remembered.append(track.tag.item())
    np.testing.assert_allclose(remembered, [4, 2, 4 / 3, 1, 0.75], rtol=1e-6)


@pytest.mark.parametrize('weight, ids', [(1.0, 1), (0.7, 0)])
def test_who_is_in_sight_does_not_get_the_id_of_who_is_not(track, people, weight, ids):
    """One steps aside by 4 pixels while another, who may be anywhere, is remembered."""
    frames = [people((50, 50), (150, 50)), *[people((50, 50))] * 5, people((54, 50))]
    options = dict(drift=10.0, velocity_weight=0.0)
    assert track(frames, **options, hidden_weight=weight)[-1] == [ids]


def test_tags_are_compared_where_both_have_one(track, people):
    """Somebody remembered without a tag does not hide that two who are seen change places."""
    without, two = people((250, 50)), people((50, 50), (62, 50), tags=[1, 5])
    changed = people((50, 50), (62, 50), tags=[5, 1])
    assert track([two, changed], tag_scale=1.0)[-1] == [1, 0]
    assert track([without, two, changed], tag_scale=1.0) == [[0], [1, 2], [2, 1]]


@pytest.mark.parametrize('axis', [0, 1])
def test_people_in_a_line_have_a_size(axis, sigmas):
    """100 pixels tall, or long, and moving by 1 to the side in each frame."""
    keypoints = np.zeros((6, 1, 5, 2), np.float32)
    keypoints[..., axis] = np.linspace(0, 100, 5)
    keypoints[..., 1 - axis] = np.arange(6)[:, None, None]
    ones = np.ones((1, 5), np.float32)
    ids = run(Tracker(sigmas=sigmas), [Poses(each, ones, ones[:, 0]) for each in keypoints])
    assert ids == [[0]] * 6


@pytest.mark.parametrize('found', [[0], [0, 1]])
@pytest.mark.parametrize('step, kept', [(4, True), (40, False)])
def test_people_of_whom_little_is_seen_have_a_size(found, step, kept, sigmas):
    """One keypoint, or two at 2 pixels, which move and shake by less than those of a person do."""
    keypoints, scores = np.zeros((6, 1, 5, 2), np.float32), np.zeros((1, 5), np.float32)
    scores[:, found] = 1
    keypoints[..., 0] = step * np.array([0, 1, 0, 1, 0, 1])[:, None, None] + 2 * np.arange(5)
    ones = np.ones(1, np.float32)
    frames = [Poses(each, scores, ones) for each in keypoints]
    ids = sum(run(Tracker(sigmas=sigmas), frames), [])
    assert (len(set(ids)) == 1) == kept
    small = sum(run(Tracker(sigmas=sigmas, least_side=1.0), frames), [])
    assert len(set(small)) > 1


def test_tags_find_people_again(track, people):
    """Two who are hidden together for long, and come back in each other's place."""
    gone = [people()] * 80
    frames = [
        people((50, 50), (90, 50), tags=[0, 9]),
        *gone,
        people((50, 50), (90, 50), tags=[9, 0]),
    ]
    assert track(frames, memory=90)[-1] == [1, 0]
    assert track(frames, memory=90, tag_scale=None)[-1] == [0, 1]
    assert track(frames)[-1] == [2, 3]


def test_tags_of_hidden_people_count_otherwise(track, people):
    """Tags 4 apart: exp(-2) at a scale of 2, exp(-8) at 1; seen or hidden for a frame."""
    seen, hidden = ([people((50, 50), tags=[0]), *[people()] * n] for n in (0, 1))
    now = people((50, 50), tags=[4])
    for hidden_scale, back in ((None, 0), (2.0, 0), (1.0, 1)):
        options = dict(hidden_tag_scale=hidden_scale, similarity=0.1, hidden_weight=1.0)
        assert track([*seen, now], **options)[-1] == [0]
        assert track([*hidden, now], **options)[-1] == [back]


def test_without_tags_it_is_oks_alone(track, people):
    """A method has tags or not; a video that changes falls back."""
    without, other = people((50, 50)), people((50, 50), tags=[9])
    for frames in ([without, without], [without, other], [other, without]):
        assert track(frames, similarity=0.9)[-1] == [0]


def test_keypoints_that_are_hidden_now_are_remembered(track, people):
    """First the upper half is hidden, then everybody, then the lower half."""
    upper, lower = [(0, 0), (0, 1), (0, 2)], [(0, 3), (0, 4)]
    frames = [
        people((50, 50)),
        people((50, 50), hidden=upper),
        people(),
        people((50, 50), hidden=lower),
    ]
    assert track(frames)[-1] == [0]


def test_nothing_in_common_is_no_match(track, people):
    frames = [
        people((50, 50), hidden=[(0, 0), (0, 1)]),
        people((50, 50), hidden=[(0, 2), (0, 3), (0, 4)]),
    ]
    assert track(frames) == [[0], [1]]


def test_ids_that_may_come_back(people, sigmas):
    tracker = Tracker(sigmas=sigmas, memory=1)
    run(tracker, [people((50, 50), (200, 50)), people((50, 50))])
    assert tracker.rule.ids == [0, 1]
    run(tracker, [people((50, 50))] * 2)
    assert tracker.rule.ids == [0]


def test_a_crowd_takes_little_time(people, sigmas):
    rng = np.random.default_rng(0)
    tracker = Tracker(sigmas=sigmas)
    places = rng.uniform(0, 2000, (100, 2))
    for _ in range(5):
        assert tracker.update(people(*places)).ids.tolist() == list(range(100))
        places = places + rng.normal(0, 1, (100, 2))


@pytest.mark.parametrize(
    'options, message',
    [
        (dict(similarity=1.5), 'similarity must be a number between 0 and 1, got 1.5'),
        (dict(second_similarity=-1), 'second_similarity must be'),
        (dict(low_score=float('nan')), 'low_score must be'),
        (dict(high_score=0.05), 'high_score must be a number between 0.1 and inf, got 0.05'),
        (dict(new_score=0.05), 'new_score must be a number between 0.1'),
        (dict(memory=-1), 'memory must be a whole number from 0 on, got -1'),
        (dict(memory=2.5), 'memory must be a whole number'),
        (dict(velocity_weight=2), 'velocity_weight must be'),
        (dict(least_side=0), 'least_side must be'),
        (dict(drift=-0.1), 'drift must be'),
        (dict(drift=float('inf')), 'drift must be'),
        (dict(hidden_weight=0), 'hidden_weight must be'),
        (dict(hidden_weight=1.1), 'hidden_weight must be'),
        (dict(tag_scale=0), 'tag_scale must be'),
        (dict(tag_scale=float('inf')), 'tag_scale must be'),
        (dict(hidden_tag_scale=0), 'hidden_tag_scale must be'),
        (dict(hidden_tag_scale=1, tag_scale=None), 'hidden_tag_scale=1 needs a tag_scale'),
        (dict(tag_weight=0), 'tag_weight must be'),
        (dict(tag_weight=1.5), 'tag_weight must be'),
        (dict(sigmas=[0.0]), 'sigmas must be positive'),
    ],
)
def test_options_out_of_range(sigmas, options, message):
    with pytest.raises(ValueError, match=message):
        Tracker(**{'sigmas': sigmas, **options})
