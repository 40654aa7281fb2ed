"""From pictures to people by an exported file; what the network sees is what MMPose's sees."""

from dataclasses import replace

import fakes
import numpy as np
import pytest
import torch
from exported_files import PIXELS, SCORES, said, write_file
from mmengine.dataset import Compose, pseudo_collate
from onnx import TensorProto, helper

from mmpose_ae.frame import Frame
from mmpose_ae.models.data_preprocessors import PoseDataPreprocessor
from mmpose_ae.registry import TRANSFORMS
from mmpose_ae.runtime import ExportedModel


@pytest.fixture(scope='module')
def model(tmp_path_factory):
    return ExportedModel(write_file(tmp_path_factory.mktemp('exported') / 'a.onnx'), threads=1)


def white(size):
    return np.full((*size[::-1], 3), 255, np.uint8)


def test_people_are_in_pixels_of_the_picture(model):
    """The input is 64 x 64, the picture twice as large: x there is 2 * x, as MMPose resizes."""
    (poses,) = model([model.prepare(white((128, 128)))])
    np.testing.assert_allclose(poses.keypoints, 2 * PIXELS, atol=1e-4)
    np.testing.assert_allclose(poses.keypoint_scores, SCORES, rtol=1e-6)
    np.testing.assert_allclose(poses.instance_scores, SCORES.mean(1), rtol=1e-6)
    assert poses.keypoints.dtype == poses.instance_scores.dtype == np.float32


def test_a_batch_of_unequal_pictures_is_filled_up_with_black(model):
    """Brightness is that of the filled input, 64 x 96, and each picture has a frame of its own."""
    pictures = [white((64, 64)), white((48, 32)), white((64, 64)) // 2]
    inputs = [model.prepare(picture) for picture in pictures]
    assert [each.pixels.shape[:2] for each in inputs] == [(64, 64), (64, 96), (64, 64)]
    found = model(inputs)
    for poses, each in zip(found, inputs):
        expected = SCORES.mean(1) * each.pixels.sum() / (64 * 96 * 3 * 255)
        np.testing.assert_allclose(poses.instance_scores, expected, rtol=1e-5)
        np.testing.assert_allclose(each.frame.to_input(poses.keypoints), PIXELS, atol=1e-4)


@pytest.mark.parametrize('mode', ['expand', 'fit'])
def test_the_network_sees_what_it_sees_in_mmpose(tmp_path, mode, monkeypatch):
    """Pipeline and data preprocessor of the test of MMPose, without normalization."""
    size = dict(input_size=(128, 64), size_factor=32, resize_mode=mode)
    steps = (dict(type='BottomupResize', **size), dict(type='PackPoseInputs'))
    pipeline = Compose([TRANSFORMS.build(step) for step in steps])
    images = [fakes.spots(size) for size in ((90, 150), (64, 48), (101, 97))]
    shapes = [dict(img_shape=image.shape[:2], ori_shape=image.shape[:2]) for image in images]
    data = pseudo_collate([pipeline(dict(img=x, **shape)) for x, shape in zip(images, shapes)])
    expected = PoseDataPreprocessor(bgr_to_rgb=True).forward(data)['inputs']
    entries = said(input=dict(size=[128, 64], mode=mode, step=32))
    model, seen = ExportedModel(write_file(tmp_path / 'a.onnx', entries)), []
    nobody = dict(candidates=np.zeros((3, 3, 2, 4), np.float32))
    monkeypatch.setattr(model, 'run', lambda given, frames: seen.append(given) or nobody)
    assert [len(poses) for poses in model([model.prepare(image) for image in images])] == [0] * 3
    ours = torch.from_numpy(seen[0]).permute(0, 3, 1, 2)
    assert ours.shape == expected.shape
    assert (ours == expected).all()


def test_values_that_are_not_whole_are_rounded(model):
    image = fakes.spots((64, 64)).astype(np.float32)
    expected = model.prepare(image.astype(np.uint8)).pixels
    np.testing.assert_array_equal(model.prepare(image + 0.4).pixels, expected)


def test_gray_pictures_are_taken_as_those_of_files(model):
    gray = fakes.spots((64, 64))[..., 0]
    expected = model.prepare(np.repeat(gray[..., None], 3, axis=2)).pixels
    for image in (gray, gray[..., None], gray.astype(np.int64)):
        np.testing.assert_array_equal(model.prepare(image).pixels, expected)


@pytest.mark.parametrize('image, reason', [
    (np.full((64, 64, 3), 300, np.uint16), 'dtype uint16'),
    (np.full((64, 64, 3), 300, np.int32), r'values in 300\.\.300'),
    (np.zeros((64, 64, 4), np.uint8), 'leaves out the alpha channel'),
    (np.zeros((0, 64, 3), np.uint8), r'shape \(0, 64, 3\)'),
    (np.full((64, 64, 3), np.nan), 'NaN or infinite'),
])  # fmt: skip
def test_arrays_that_are_no_pictures_are_refused(model, image, reason):
    with pytest.raises(ValueError, match=reason):
        model.prepare(image)


def test_no_pictures_have_no_people(model):
    assert model([]) == []


def test_where_the_picture_is_on_the_input_is_said_if_asked(tmp_path):
    """As attention asks: half a pixel around the middle of the outer ones, which are doubled."""
    shown = helper.make_tensor_value_info('shown', TensorProto.FLOAT, ['B', 4])
    model = ExportedModel(write_file(tmp_path / 'a.onnx', inputs=(shown,)))
    frame = model.prepare(white((48, 32))).frame
    given = {}
    model._network = lambda inputs: given.update(inputs) or {}
    model._network.input_names = ['images', 'shown']
    model.run(np.zeros((1, 64, 96, 3), np.uint8), [frame])
    np.testing.assert_allclose(given['shown'], [[-1, -1, 95, 63]], atol=1e-4)
    cells = frame.shown(model.description.grid((96, 64)))
    assert cells.all()


def test_people_that_the_graph_groups(tmp_path, monkeypatch):
    model = ExportedModel(write_file(tmp_path / 'a.onnx'))
    model.description = replace(model.description, decoding=None)
    poses = np.concatenate([PIXELS, SCORES[..., None]], axis=-1)[None]
    marks = np.zeros((1, 2, 3), bool)
    marks[0, 0, 2] = True
    outputs = dict(poses=poses, instance_scores=np.array([[0.7, 0]], np.float32), filled=marks)
    monkeypatch.setattr(model, 'run', lambda images, frames: outputs)
    (found,) = model([model.prepare(white((64, 64)))])
    assert len(found) == 1
    np.testing.assert_allclose(found.keypoints, PIXELS[:1], atol=1e-4)
    assert found.filled.tolist() == marks[0, :1].tolist()


@pytest.mark.parametrize('images, got', [
    (np.zeros((1, 60, 64, 3), np.uint8), r'\(1, 60, 64, 3\), uint8'),
    (np.zeros((1, 3, 64, 64), np.uint8), r'\(1, 3, 64, 64\)'),
    (np.zeros((64, 64, 3), np.uint8), r'\(64, 64, 3\)'),
    (np.zeros((1, 64, 64, 3), np.float32), 'float32'),
    (np.zeros((0, 64, 64, 3), np.uint8), r'\(0, 64'),
])  # fmt: skip
def test_images_that_it_does_not_take_are_refused(model, images, got):
    with pytest.raises(ValueError, match=rf'a\.onnx takes images .* multiples of 32, got .*{got}'):
        model.run(images, [Frame.whole((64, 64))])


@pytest.mark.parametrize('options, reason', [
    (dict(backend='torch'), r"backend must be one of \['onnxruntime', 'openvino'\], got 'torch'"),
    (dict(threads=0), 'threads must be a whole number from 1 on, got 0'),
])  # fmt: skip
def test_options_that_make_no_sense_are_refused(model, options, reason):
    with pytest.raises(ValueError, match=reason):
        ExportedModel(model.path, **options)


def test_other_inputs_are_refused(tmp_path):
    more = helper.make_tensor_value_info('mask', TensorProto.FLOAT, ['B', 4])
    with pytest.raises(ValueError, match=r"a\.onnx asks for \['mask'\], expected images alone"):
        ExportedModel(write_file(tmp_path / 'a.onnx', inputs=(more,)))


@pytest.mark.parametrize('backend', ['onnxruntime', 'openvino'])
@pytest.mark.parametrize('decoding, reason', [
    (None, 'null, needs outputs poses, instance_scores, filled, but the file gives candidates'),
    (dict(type='TagDecoding'), 'TagDecoding, needs outputs candidates, heatmaps, tags, but'),
])  # fmt: skip
def test_outputs_that_cannot_be_decoded_so_are_refused(tmp_path, backend, decoding, reason):
    path = write_file(tmp_path / 'a.onnx', said(decoding=decoding))
    with pytest.raises(ValueError, match=rf'a\.onnx: decoding in its metadata, {reason}'):
        ExportedModel(path, backend, threads=1)
