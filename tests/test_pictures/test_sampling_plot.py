import numpy as np

from mmpose_ae.pictures import plot_sampling

IMAGE = np.zeros((40, 60, 3), np.uint8)


def test_rings_dots_and_centers_of_each_person():
    """Two people of two keypoints, with three places for each."""
    keypoints = np.arange(8.0).reshape(2, 2, 2)
    centers = np.array([[30.0, 20.0], [10.0, 10.0]])
    places = np.arange(24.0).reshape(2, 2, 3, 2)
    panels = plot_sampling(IMAGE, keypoints, centers, places).axes
    assert len(panels) == 2
    for panel, *person in zip(panels, keypoints, centers, places):
        drawn = [group.get_offsets().tolist() for group in panel.collections]
        own, center, read = (each.tolist() for each in person)
        assert drawn == [read[0], [own[0]], read[1], [own[1]], [center]]
        assert panel.get_xlim() == (-0.5, 59.5) and panel.get_ylim() == (39.5, -0.5)
