"""From sources to people: the same as MMPose's inferencer finds, whatever the source."""

import threading
from itertools import count, islice
from pathlib import Path

import cv2
import fakes
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmpose.apis import MMPoseInferencer
from PIL import Image
from serving import serve

from mmpose_ae import Predictor
from mmpose_ae.datasets.transforms import LoadImage
from mmpose_ae.prediction import Failure

BLANK = np.zeros((64, 64, 3), np.uint8)


@pytest.fixture(scope='module')
def everybody(small_model):
    """A predictor that leaves out nobody; its people depend on the picture."""
    return Predictor(*small_model, device='cpu', score_threshold=0.0)


@pytest.fixture(scope='module')
def perfect(perfect_model):
    """A predictor of two known people in every picture."""
    return Predictor(perfect_model.config, perfect_model.checkpoint, device='cpu')


@pytest.fixture(scope='module')
def inferencer(small_model):
    config, checkpoint = map(str, small_model)
    return MMPoseInferencer(config, checkpoint, scope='mmpose_ae', device='cpu')


def write_pictures(folder):
    """Files that differ in form and size."""
    bgr = fakes.spots()
    image = Image.fromarray(np.ascontiguousarray(bgr[..., ::-1]))
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(folder / 'turned.jpg', exif=exif)
    image.convert('CMYK').save(folder / 'cmyk.jpg')
    image.quantize(32).save(folder / 'palette.png')
    image.convert('RGBA').save(folder / 'alpha.png')
    image.convert('L').save(folder / 'gray.png')
    cv2.imwrite(str(folder / 'deep.png'), bgr.astype(np.uint16) * 257)
    cv2.imwrite(str(folder / 'large.png'), fakes.spots((90, 150)))
    return sorted(map(str, folder.iterdir()))


def write_video(path, frames):
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'mp4v'), 8, (64, 48))
    for _ in range(frames):
        writer.write(BLANK[:48])
    writer.release()


def check_same(prediction, people):
    """Compare with what MMPoseInferencer says."""
    poses = prediction.poses
    assert len(people) == len(prediction) > 2
    for ours, key in (
        (poses.keypoints, 'keypoints'),
        (poses.keypoint_scores, 'keypoint_scores'),
        (poses.boxes[:, None], 'bbox'),
        (poses.instance_scores, 'bbox_score'),
    ):
        np.testing.assert_allclose(ours, [person[key] for person in people], atol=1e-4)


def test_the_same_people_as_of_mmpose(everybody, inferencer, tmp_path):
    files = write_pictures(tmp_path)
    for file, prediction in zip(files, everybody(tmp_path), strict=True):
        assert prediction.path == file
        image = LoadImage().transform(dict(img_path=file))['img']
        np.testing.assert_array_equal(prediction.image, image)
        assert prediction.size == image.shape[1::-1]
        (people,) = next(inferencer(file))['predictions']
        check_same(prediction, people)
    rgb = np.ascontiguousarray(image[..., ::-1])
    (people,) = next(inferencer(image))['predictions']
    for prediction in everybody(
        [torch.from_numpy(rgb).permute(2, 0, 1), Image.fromarray(rgb), image]
    ):
        check_same(prediction, people)
    score = float(prediction.poses.instance_scores[2])
    (people,) = next(inferencer(image, bbox_thr=score))['predictions']
    assert len(people) == 2  # MMPose keeps those above it, not those at it


def test_batches_of_unequal_pictures_are_the_pictures_in_order(everybody, tmp_path, monkeypatch):
    write_pictures(tmp_path)
    (tmp_path / 'broken.png').write_bytes(b'no picture')
    alone, failures = list(everybody(tmp_path, on_failure=lambda failure: None)), []
    monkeypatch.setattr(everybody, 'batch_size', 3)
    sizes, step = [], everybody.model.test_step
    monkeypatch.setattr(
        everybody.model, 'test_step', lambda data: sizes.append(len(data['inputs'])) or step(data)
    )
    together = list(everybody(tmp_path, on_failure=failures.append))
    # Three files at a time, one of which is broken, and of the others those of one size together.
    assert sizes == [2, 2, 1, 1, 1]
    assert [each.path for each in together] == [each.path for each in alone]
    assert [each.size for each in together] == [each.size for each in alone]
    assert [Path(failure.path).name for failure in failures] == ['broken.png']
    for one, other in zip(alone, together):
        assert len(one) > 2
        np.testing.assert_allclose(
            one.poses.instance_scores, other.poses.instance_scores, rtol=1e-4
        )
        np.testing.assert_allclose(one.poses.keypoints, other.poses.keypoints, atol=0.01)


def test_people_are_those_that_are_there(perfect, perfect_model):
    (prediction,) = perfect(str(perfect_model.image))
    order = np.abs(prediction.poses.keypoints[0] - perfect_model.keypoints).mean((1, 2)).argsort()
    np.testing.assert_allclose(prediction.poses.keypoints, perfect_model.keypoints[order], atol=0.5)
    assert prediction.poses.tags.ravel().tolist() == pytest.approx([[0, 5], [5, 0]][order[0]])
    assert prediction.keypoint_names[:2] == ('nose', 'left_eye')
    assert len(prediction.keypoint_names) == 17
    assert (15, 13) in prediction.skeleton
    assert perfect.name == 'perfect'


def test_no_two_people_are_drawn_with_one_pixel_as_their_keypoint(everybody):
    """What is filled in may lie where somebody else's is, but it is not drawn."""
    (prediction,) = everybody(fakes.spots())
    found = (prediction.poses.keypoint_scores > 0) & ~prediction.filled
    assert prediction.filled.any()
    pixels = prediction.poses.keypoints.round().astype(int)
    for k in range(pixels.shape[1]):
        own = pixels[found[:, k], k]
        assert len(np.unique(own, axis=0)) == len(own)


@pytest.mark.parametrize('size', [(1, 1), (2000, 3), (3, 2000), (64, 1)])
def test_pictures_of_extreme_sides(everybody, size):
    (prediction,) = everybody(fakes.image(size))
    assert prediction.size == size
    assert prediction.draw().shape == (*size[::-1], 3)
    assert len(prediction.crop()) == len(prediction)


def test_a_video_is_predicted_frame_by_frame(perfect, tmp_path):
    path = str(tmp_path / 'a.mp4')
    write_video(path, 5)
    found = list(perfect(path, keep_images=False))
    assert [each.time for each in found] == [n / 8 for n in range(5)]
    assert all(each.image is None and each.path == path for each in found)


def test_addresses_are_predicted_as_files(perfect, tmp_path):
    with serve(tmp_path / 'served') as (address, _):
        cv2.imwrite(str(tmp_path / 'served/a.png'), BLANK)
        write_video(tmp_path / 'served/v.mp4', 2)
        found = list(perfect([f'{address}/a.png', f'{address}/v.mp4']))
    assert [(each.path, each.frame, len(each)) for each in found] == [
        (f'{address}/a.png', None, 2),
        (f'{address}/v.mp4', 0, 2),
        (f'{address}/v.mp4', 1, 2),
    ]


def test_a_part_of_the_picture(everybody):
    """The people are those of that part alone, but in pixels of the whole."""
    image = fakes.spots((120, 100))
    everybody.region = (30, 20, 94, 68)
    try:
        (prediction,) = everybody(image)
        failures = []
        assert list(everybody(BLANK[:10], on_failure=failures.append)) == []
    finally:
        everybody.region = None
    (alone,) = everybody(image[20:68, 30:94])
    assert prediction.size == (120, 100)
    np.testing.assert_allclose(prediction.poses.keypoints, alone.poses.keypoints + [30, 20])
    assert 'is outside the picture of 64x10 pixels' in failures[0].reason


def test_at_most_so_many_people_with_at_least_that_score(everybody, small_model):
    (all_people,) = everybody(fakes.spots())
    scores = all_people.poses.instance_scores
    least = float(scores[1])
    few = Predictor(*small_model, device='cpu', score_threshold=least)
    (kept,) = few(fakes.spots())
    assert kept.poses.instance_scores.tolist() == scores[scores >= least].tolist()
    few.max_people = 1
    (best,) = few(fakes.spots())
    np.testing.assert_array_equal(best.poses.keypoints, all_people.poses.keypoints[:1])


def test_the_threshold_is_the_one_given_that_of_the_checkpoint_or_said(perfect_model, capsys):
    weights = torch.load(perfect_model.checkpoint, weights_only=False)
    weights['meta']['score_threshold'] = 0.35
    chosen = perfect_model.checkpoint.with_name('chosen.pth')
    torch.save(weights, chosen)
    build = lambda *args, **kwargs: Predictor(perfect_model.config, *args, **kwargs)  # noqa: E731
    assert build(chosen).score_threshold == 0.35
    said = 'people with a score from 0.35 on are kept, as was chosen on validation data\n'
    assert capsys.readouterr().out.endswith(said)  # without an option of one command
    assert build(chosen, score_threshold=0.1).score_threshold == 0.1
    assert 'no threshold' not in capsys.readouterr().out
    assert build(perfect_model.checkpoint).score_threshold == 0.2
    assert 'score from 0.2 on are kept: no threshold was chosen' in capsys.readouterr().out


@pytest.mark.parametrize('score', [float('nan'), '0.3'])
def test_a_chosen_threshold_that_is_no_number_is_named(perfect_model, tmp_path, score):
    weights = torch.load(perfect_model.checkpoint, weights_only=False)
    weights['meta']['score_threshold'] = score
    torch.save(weights, tmp_path / 'odd.pth')
    with pytest.raises(ValueError, match=f'meta of .*odd.pth must be a finite .* {score!r}'):
        Predictor(perfect_model.config, tmp_path / 'odd.pth')


def test_settings_of_testing(small_model):
    config = Config.fromfile(small_model.config)
    before = config.pretty_text
    predictor = Predictor(
        config, small_model.checkpoint, flip=True, scales=[0.5, 2], score_threshold=0,
        cfg_options={'model.head.decoder.scoring': dict(max_instances=2)},
    )  # fmt: skip
    assert config.pretty_text == before
    assert predictor.model.test_cfg['flip_test']
    assert predictor.model.test_cfg['multiscale_test']
    (prediction,) = predictor(fakes.spots())
    assert len(prediction) == 2
    with pytest.raises(ValueError, match='need a BottomupResize'):
        Predictor(
            *small_model,
            scales=[2],
            cfg_options={'test_dataloader.dataset.pipeline': [dict(type='LoadImage')]},
        )


@pytest.mark.parametrize('fast', [True, False])
def test_mixed_precision_changes_little(everybody, perfect, instructions, monkeypatch, fast):
    instructions(fast)
    (exact,) = everybody(fakes.spots())
    monkeypatch.setattr(everybody, 'amp', True)
    seen, step = [], everybody.model.test_step

    def watched(data):
        seen.append((torch.is_autocast_enabled('cpu'), torch.get_autocast_dtype('cpu')))
        return step(data)

    monkeypatch.setattr(everybody.model, 'test_step', watched)
    (mixed,) = everybody(fakes.spots())
    assert seen == [(fast, torch.bfloat16)]
    assert mixed.poses.keypoints.dtype == mixed.poses.instance_scores.dtype == np.float32
    assert mixed.poses.instance_scores[0] == pytest.approx(exact.poses.instance_scores[0], rel=0.1)


def test_compiling_is_asked_of_the_backbone(perfect_model, monkeypatch):
    compiled = []
    monkeypatch.setattr(torch.nn.Module, 'compile', lambda self: compiled.append(type(self)))
    Predictor(perfect_model.config, perfect_model.checkpoint, compile=True)
    assert [kind.__name__ for kind in compiled] == ['StoredMaps']


def test_weights_may_be_in_another_order(small_model):
    model = Predictor(*small_model, device='cpu', channels_last=True).model
    kernels = [p for p in model.parameters() if p.ndim == 4]
    assert kernels
    assert all(p.is_contiguous(memory_format=torch.channels_last) for p in kernels)


def test_a_config_without_a_network_is_refused(small_model, tmp_path):
    (tmp_path / 'data.py').write_text("dataset_type = 'CocoDataset'")
    with pytest.raises(ValueError, match=r'data\.py has no model\.backbone, which is needed here'):
        Predictor(tmp_path / 'data.py', small_model[1], device='cpu')


@pytest.mark.parametrize('option, reason', [
    (dict(batch_size=0), 'batch_size must be a whole number from 1 on, got 0'),
    (dict(max_people=0), 'max_people must be a whole number from 1 on, got 0'),
    (dict(region=(5, 5, 5, 9)), r'a region is left, top, right, bottom in pixels, got \(5, 5, 5'),
    (dict(region=(0.1, 0.2, 0.8, 0.9)), r'a region is .*, got \(0\.1'),
    (dict(region=(1, 2, 3)), 'a region is left, top, right, bottom in pixels'),
    (dict(device='toaster'), 'the device toaster cannot be used'),
    (dict(device='cuda:77'), 'the device cuda:77 cannot be used'),
    (dict(scales=[-1]), 'scale -1 is not a positive fraction'),
])  # fmt: skip
def test_options_that_make_no_sense_are_refused(perfect_model, option, reason):
    with pytest.raises(ValueError, match=reason):
        Predictor(perfect_model.config, perfect_model.checkpoint, **option)


def test_what_cannot_be_read_is_told_or_raised(perfect, tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), BLANK)
    (tmp_path / 'b.png').write_bytes(b'no picture')
    cv2.imwrite(str(tmp_path / 'c.png'), BLANK)
    failures = []
    found = list(perfect([tmp_path, np.zeros((4, 4, 4), np.uint8)], on_failure=failures.append))
    assert [Path(each.path).name for each in found] == ['a.png', 'c.png']
    assert [type(failure) for failure in failures] == [Failure, Failure]
    assert failures[0].path == str(tmp_path / 'b.png')
    assert 'alpha' in failures[1].reason
    predictions = perfect(tmp_path)
    assert Path(next(predictions).path).name == 'a.png'
    with pytest.raises(ValueError, match=r'b\.png is damaged, or of a format that is not read'):
        next(predictions)


def test_pictures_that_opencv_refuses_are_told_by_name(perfect, tmp_path, monkeypatch):
    """Its versions 4 have a largest side."""
    picture, video = str(tmp_path / 'a.png'), str(tmp_path / 'v.mp4')
    cv2.imwrite(picture, BLANK)
    write_video(video, 2)

    def refuse(*args):
        raise cv2.error('dst.cols < SHRT_MAX')

    monkeypatch.setattr(perfect, '_prepare_input', refuse)
    failures = []
    assert list(perfect([picture, video, BLANK], on_failure=failures.append)) == []
    assert all('SHRT_MAX' in failure.reason for failure in failures)
    reasons = [failure.reason for failure in failures]
    starts = [f'{picture}: ', f'{video}, frame 0: ', f'{video}, frame 1: ', '']
    assert all(reason.startswith(start) for reason, start in zip(reasons, starts, strict=True))


def test_sources_without_end_are_read_a_few_pictures_ahead(perfect):
    read = []

    def frames():
        for n in count():
            read.append(n)
            yield BLANK

    threads = threading.active_count()
    predictions = perfect(frames())
    assert len(list(islice(predictions, 3))) == 3
    assert len(read) <= 3 + 2 + 2
    predictions.close()
    assert threading.active_count() == threads


@pytest.mark.parametrize('error', [KeyboardInterrupt, RuntimeError])
def test_errors_beside_and_in_the_network_reach_the_caller(perfect, monkeypatch, error):
    def frames():
        yield BLANK
        raise error

    threads = threading.active_count()
    predictions = perfect(frames())
    next(predictions)
    with pytest.raises(error):
        next(predictions)

    def broken(data):
        raise error

    monkeypatch.setattr(perfect.model, 'test_step', broken)
    with pytest.raises(error) as kept:
        list(perfect([BLANK] * 9))
    assert kept.value  # although the error keeps its frames, reading has ended
    assert threading.active_count() == threads


def test_a_predictor_can_be_used_again_and_says_where_its_time_goes(perfect_model):
    predictor = Predictor(perfect_model.config, perfect_model.checkpoint)
    for _ in range(2):
        (prediction,) = predictor(BLANK)
        assert len(prediction) == 2
    spent = predictor.stopwatch.seconds
    assert set(spent) == {'reading', 'network', 'decoding'}
    assert min(spent.values()) > 0


def test_frames_are_numbered_over_time(small_model, tmp_path):
    """Two people who walk: each keeps one number, in pictures they have none."""
    writer = cv2.VideoWriter(str(tmp_path / 'v.mp4'), cv2.VideoWriter_fourcc(*'mp4v'), 10, (64, 48))
    for _ in range(3):
        writer.write(fakes.image((64, 48)))
    writer.release()
    predictor = Predictor(
        *small_model, device='cpu', score_threshold=1e-6, track=True, max_people=2
    )
    frames = list(predictor(tmp_path / 'v.mp4'))
    assert [frame.frame for frame in frames] == [0, 1, 2]
    assert all(len(frame.ids) == len(frame) <= 2 for frame in frames)
    assert all(frame.ids.min() >= 0 for frame in frames)
    (memory,) = predictor(fakes.image((64, 48)))
    assert memory.ids.tolist() == [*range(len(memory))]
    cv2.imwrite(str(tmp_path / 'p.png'), memory.image)
    with pytest.warns(UserWarning, match='pictures of files are not tracked'):
        (picture,) = predictor(tmp_path / 'p.png')
    assert picture.ids is None
    predictor.track = dict(no_such=1)
    with pytest.raises(TypeError, match='no_such'):
        next(predictor(tmp_path / 'v.mp4'))


def test_pictures_of_floats_are_kept_as_what_is_drawn_on(small_model):
    """Colors are compared, and pictures drawn, in eight bits."""
    given = fakes.image((64, 48)).astype(np.float32) + np.float32(0.3)
    given = given.clip(0, 255)
    predictor = Predictor(*small_model, device='cpu', score_threshold=1e-6, track=dict(colors={}))
    (found,) = predictor(given)
    assert found.image.dtype == np.uint8 and np.abs(found.image - given).max() <= 0.5
    assert found.draw().dtype == np.uint8


def test_smoothing_needs_tracks(small_model):
    with pytest.raises(ValueError, match='it needs track, too'):
        Predictor(*small_model, smooth=True)
