import numpy as np
import pytest
from mmengine.structures import InstanceData
from mmpose.structures import PoseDataSample

from mmpose_ae.pictures import InstanceColorVisualizer, draw_instances, instance_colors
from mmpose_ae.registry import VISUALIZERS

META = dict(
    keypoint_colors=np.array([[1, 2, 3]] * 2),
    skeleton_links=[(0, 1)],
    skeleton_link_colors=np.array([[4, 5, 6]]),
)
KEYPOINTS = np.array([[[10, 10], [30, 10]], [[10, 40], [30, 40]]], float)
GRAY = np.full((60, 50, 3), 128, np.uint8)


def draw(outline=0, **fields):
    visualizer = InstanceColorVisualizer(radius=1, outline=outline)
    visualizer.set_dataset_meta(META)
    instances = InstanceData(keypoints=KEYPOINTS, **fields)
    sample = PoseDataSample(pred_instances=instances)
    return visualizer.add_datasample('', GRAY, sample, draw_gt=False)


def test_configs_find_it():
    assert VISUALIZERS.get('InstanceColorVisualizer') is InstanceColorVisualizer


@pytest.mark.parametrize('fields, ids', [({}, (0, 1)), (dict(color_ids=np.array([4, 2])), (4, 2))])
def test_keypoints_and_limbs_have_the_color_of_their_instance(fields, ids):
    drawn = draw(**fields)
    for row, color in zip((10, 40), instance_colors(ids)):
        for column in (10, 20, 30):  # a keypoint, the middle of the limb, a keypoint
            np.testing.assert_array_equal(drawn[row, column], color)
    assert len(np.unique(drawn.reshape(-1, 3), axis=0)) == 3


def test_outline():
    """Above and below the limb, and OpenCV rounds the width of thick lines up."""
    drawn = draw(outline=2)
    column = drawn[5:16, 20]  # through the middle of the limb at row 10
    black = (column == 0).all(-1)
    assert black[:5].sum() == black[6:].sum() and black[6:].sum() in (2, 3)
    np.testing.assert_array_equal(column[5], instance_colors([0])[0])
    np.testing.assert_array_equal(draw(outline=0)[5:10, 20], GRAY[5:10, 20])


def test_keypoints_below_the_threshold_are_not_drawn():
    drawn = draw(keypoints_visible=np.array([[1.0, 1.0], [0.1, 0.1]]))
    assert (drawn[30:] == GRAY[30:]).all() and (drawn[:30] != GRAY[:30]).any()


def test_small_images_are_enlarged():
    """Five times as large: the keypoint at pixel 10 is around 10.5 * 5 - 0.5 = 52."""
    instances = InstanceData(keypoints=KEYPOINTS)
    drawn = draw_instances(GRAY, instances, META, side=300)
    assert drawn.shape == (300, 250, 3)
    changed = np.argwhere((drawn[:150] != 128).any(-1))  # the first instance
    np.testing.assert_allclose((changed.min(0) + changed.max(0)) / 2, [52, 102], atol=1)
    np.testing.assert_array_equal(instances.keypoints, KEYPOINTS)


def test_nobody_leaves_the_image_as_it_is():
    drawn = draw_instances(GRAY, InstanceData(keypoints=KEYPOINTS[:0]), META, side=60)
    np.testing.assert_array_equal(drawn, GRAY)
