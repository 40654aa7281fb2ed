import numpy as np
import pytest

from mmpose_ae.pictures import ImageAttention, plot_attention

IMAGE = np.full((40, 60, 3), 128, np.uint8)
FOUND = ImageAttention(
    centers=np.array([[10.0, 10.0], [50.0, 30.0]]),
    candidates=np.array([[12.0, 5.0], [48.0, 25.0], [30.0, 20.0]]),
    # Two keypoint types of each center to three candidates.
    attention=np.array([[[0.9, 0.1, 0.0], [0.2, 0.0, 0.8]], [[0.0, 0.6, 0.4], [0.25, 0.5, 0.25]]]),
    visible=np.array([[True, False], [True, True]]),
)


def lines(axes):
    """Opacity of each line by its two ends."""
    (collection,) = [c for c in axes.collections if hasattr(c, 'get_segments')]
    return {
        tuple(map(tuple, ends)): alpha
        for ends, alpha in zip(collection.get_segments(), collection.get_colors()[:, 3])
    }


def test_all_pairs_have_their_highest_attention():
    opacity = lines(plot_attention(IMAGE, FOUND).axes[1])
    expected = {(0, 0): 0.9, (0, 1): 0.1, (0, 2): 0.8, (1, 0): 0.25, (1, 1): 0.6, (1, 2): 0.4}
    assert opacity == {
        (tuple(FOUND.centers[c]), tuple(FOUND.candidates[m])): pytest.approx(value)
        for (c, m), value in expected.items()
    }


def test_chosen_are_visible_and_above_the_threshold():
    """0.8 is of an invisible keypoint, 0.5 not above the threshold."""
    opacity = lines(plot_attention(IMAGE, FOUND, threshold=0.5).axes[2])
    assert opacity == {
        ((10.0, 10.0), (12.0, 5.0)): pytest.approx(0.9),
        ((50.0, 30.0), (48.0, 25.0)): pytest.approx(0.6),
    }


def test_pairs_without_attention_stay_to_be_seen():
    found = FOUND._replace(attention=np.eye(3)[None, :2].repeat(2, 0))
    assert all(0 < alpha <= 1 for alpha in lines(plot_attention(IMAGE, found).axes[1]).values())


@pytest.mark.parametrize('centers, candidates', [(0, 3), (2, 0), (0, 0)])
def test_nothing_to_draw(centers, candidates):
    found = ImageAttention(
        FOUND.centers[:centers],
        FOUND.candidates[:candidates],
        FOUND.attention[:centers, :, :candidates],
        FOUND.visible[:centers],
    )
    figure = plot_attention(IMAGE, found)
    figure.canvas.draw()
    assert len(figure.axes) == 3
    for axes in figure.axes:
        assert axes.images[0].get_array().shape == IMAGE.shape
    assert not any(lines(axes) for axes in figure.axes[1:])
