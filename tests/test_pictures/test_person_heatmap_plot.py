import numpy as np

from mmpose_ae.pictures import instance_colors, plot_person_heatmaps

IMAGE = np.zeros((40, 60, 3), np.uint8)


def marks(axes):
    """Where marks lie, and their colors from 0 to 255."""
    return [(tuple(np.ravel(line.get_xydata())), 255 * line.get_color()) for line in axes.lines]


def test_each_center_has_a_panel_and_a_color():
    centers = np.array([[10.0, 5.0], [59.0, 39.0]])
    figure = plot_person_heatmaps(
        IMAGE, centers, np.stack([np.zeros((4, 6)), np.full((4, 6), 0.5)])
    )
    everybody, *panels = figure.axes
    colors = instance_colors([0, 1])
    for found, color, center, panel in zip(marks(everybody), colors, centers, panels):
        for place, shown in (found, *marks(panel)):
            assert place == tuple(center)
            np.testing.assert_allclose(shown, color)
        assert len(panel.lines) == 1 and panel.images[0].get_extent() == [-0.5, 59.5, 39.5, -0.5]
    assert [panel.images[0].get_array().max() for panel in panels] == [0, 0.5]
    assert {panel.images[0].get_clim() for panel in panels} == {(0, 0.5)}


def test_no_center_was_found():
    (everybody,) = plot_person_heatmaps(IMAGE, np.zeros((0, 2)), np.zeros((0, 4, 6))).axes
    assert not everybody.lines
