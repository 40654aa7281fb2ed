import fakes
import numpy as np
import pytest
import torch

from mmpose_ae.evaluation import image_to_cells, predicted_maps, read_tags
from mmpose_ae.frame import Frame


@pytest.mark.parametrize('size', [(150, 90), (90, 150), (300, 310)])
@pytest.mark.parametrize('stride', [1, 4])
def test_cells_follow_the_pipeline(predict_input, size, stride):
    """A white square moves with the image: its center of mass is found where it is said to be."""
    image = np.zeros((*size[::-1], 3), np.uint8)
    image[30:50, 60:80] = 255
    sample = predict_input(image, stride)
    seen = sample['pred_fields']['heatmaps'][0].numpy()
    rows, columns = np.indices(seen.shape)
    center = [(columns * seen).sum() / seen.sum(), (rows * seen).sum() / seen.sum()]
    np.testing.assert_allclose(image_to_cells(np.array([69.5, 39.5]), sample), center, atol=0.1)


def test_tags_are_read_under_the_keypoint_of_each_type():
    """Cells of 4 pixels: the keypoints lie in cells (0, 0) and (2, 1); channel l * K + k."""
    tags = torch.zeros(4, 3, 3)
    tags[:, 0, 0] = torch.tensor([1.0, 2.0, 3.0, 4.0])
    tags[:, 1, 2] = torch.tensor([5.0, 6.0, 7.0, 8.0])
    sample = fakes.prediction(torch.zeros(2, 3, 3), tags, Frame.whole((12, 12)))
    keypoints = np.array([[[1, 2], [10, 5]], [[9, 6], [-30, 0]]], float)
    found, inside = read_tags(keypoints, sample)
    np.testing.assert_array_equal(found, [[[1, 3], [6, 8]], [[5, 7], [2, 4]]])  # (N, K, L)
    np.testing.assert_array_equal(inside, [[True, True], [True, False]])


def test_a_batch_may_pad_the_input_on_the_right():
    """Maps of 4 x 3 cells over 16 x 12 pixels; the image is shown in the left 12, at half size."""
    tags = torch.arange(12.0).view(1, 3, 4)
    frame = Frame.whole((24, 24)).resized((12, 12))
    sample = fakes.prediction(torch.zeros(1, 3, 4), tags, frame, batch_input_shape=(12, 16))
    # In the image (19.5, 11.5) is (9.5, 5.5) in the input, the middle of cell (2, 1).
    found, inside = read_tags(np.array([[[19.5, 11.5]], [[30.0, 11.5]]]), sample)
    assert found[:, 0, 0].tolist() == [6, 7] and inside.tolist() == [[True], [True]]


@pytest.mark.parametrize('fields', [{}, dict(pred_fields=dict(heatmaps=torch.zeros(1, 2, 2)))])
def test_a_prediction_without_maps_is_named(fields):
    with pytest.raises(ValueError, match='image 7 .*output_heatmaps=True'):
        predicted_maps(dict(fields, img_id=7))
