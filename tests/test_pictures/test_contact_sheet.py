import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from mmpose_ae.pictures import contact_sheet


def panel(value, height=40, width=60):
    return np.full((height, width, 3), value, np.uint8)


def render(figure):
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3]


@pytest.mark.parametrize('count, rows', [(1, 1), (2, 1), (5, 3)])
def test_every_panel_is_shown_at_its_place(count, rows):
    samples = [(panel(20 * i), panel(20 * i + 10)) for i in range(count)]
    figure = contact_sheet(samples, ['left', 'right'])
    pixels = render(figure)
    columns = min(count, 2)
    height, width = pixels.shape[:2]
    for i in range(count):
        y = int((i // 2 + 0.6) * height / rows)
        for side in range(2):
            x = int((2 * (i % 2) + side + 0.5) * width / columns / 2)
            assert (pixels[y, x] == 20 * i + 10 * side).all()
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ['left', 'right'] * columns + [''] * 2 * (count - columns)


def test_images_of_other_proportions_are_not_distorted():
    figure = contact_sheet([(panel(0, 90, 30),), (panel(0, 30, 90),)], ['image'])
    pixels = render(figure)
    dark = (pixels[40:] == 0).all(-1)  # below the headings
    half = dark.shape[1] // 2
    for side, aspect in ((dark[:, :half], 3), (dark[:, half:], 1 / 3)):
        height, width = side.any(1).sum(), side.any(0).sum()
        assert height / width == pytest.approx(aspect, rel=0.05)
