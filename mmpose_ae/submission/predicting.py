"""What a trained network finds on the images of a benchmark."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import List, Union

from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmpose_ae.cli.faults import naming_types
from mmpose_ae.config_files import config_part
from mmpose_ae.datasets.posetrack18 import (
    MOST_PEOPLE,
    PoseTrackSequence,
    predicted_frame,
    read_posetrack,
    write_posetrack,
)
from mmpose_ae.evaluation.testing import build_tester, find_metric
from mmpose_ae.metainfo import keypoint_names, load_metainfo
from mmpose_ae.prediction.predictor import Predictor
from mmpose_ae.prediction.sources import Picture, Video
from mmpose_ae.registry import DATASETS
from mmpose_ae.tracking import Tracks

from .boards import Board
from .files import read_entries

PathLike = Union[str, Path]
FRAMES_PER_SECOND = 30  # of which tracking without smoothing takes no notice
TRACKED_SCORE = 0.1  # least score of somebody new in a sequence; docs/leaderboards.md has others


def check_keypoints(cfg: Config, board: Board) -> None:
    """Refuse a network of other keypoints than a benchmark has, before it looks at any image.

    Args:
        cfg (Config): Tests in COCO's format. What a ``pred_converter`` of its metric makes of the
            keypoints is left to the check of the file.
        board (Board): The benchmark.

    Raises:
        ValueError: If the config tests other keypoints, or in another order, or has no such
            metric.
    """
    if find_metric(cfg, 'coco').get('pred_converter'):
        return
    with DefaultScope.overwrite_default_scope(cfg.get('default_scope')), naming_types(cfg):
        dataset = DATASETS.build(dict(config_part(cfg, 'test_dataloader.dataset'), lazy_init=True))
    found = keypoint_names(dataset.metainfo)
    expected = keypoint_names(load_metainfo(DATASETS.get(board.dataset).METAINFO))
    if found != expected:
        raise ValueError(
            f'{cfg.filename} tests the {len(found)} keypoints {found}, but a file of this board '
            f'has the {len(expected)} keypoints {expected}, in this order'
        )


def predict_entries(cfg: Config, checkpoint: str, info: PathLike, images: PathLike) -> List[dict]:
    """Find the people of a list of images, which needs no annotations.

    Args:
        cfg (Config): Tests in COCO's format; scores and suppression of people are as its metric
            says.
        checkpoint (str): Weights.
        info (str | Path): The list, such as ``image_info_test-dev2017.json``.
        images (str | Path): Folder of the images.

    Returns:
        list[dict]: People as MMPose's metric writes them.

    Raises:
        ValueError: If the config has no such metric.
    """
    with TemporaryDirectory() as folder:
        prefix = f'{folder}/results'
        only_written = dict(ann_file=str(info), format_only=True, outfile_prefix=prefix)
        cfg.test_evaluator = dict(find_metric(cfg, 'coco'), **only_written)
        config_part(cfg, 'test_dataloader.dataset').update(
            data_root='', ann_file=str(info), data_prefix=dict(img=str(images))
        )
        _test(cfg, checkpoint, folder)
        return read_entries(f'{prefix}.keypoints.json')


def predict_mpii(cfg: Config, checkpoint: str, path: Path) -> None:
    """Write what a network finds in the groups of MPII's test images.

    Args:
        cfg (Config): Tests on MPII; its files are where it says.
        checkpoint (str): Weights.
        path (Path): The file that the organizers take, ending with ``.mat``.

    Raises:
        ValueError: If the config is not of MPII.
    """
    prefix = str(path.with_suffix(''))
    cfg.test_evaluator = dict(find_metric(cfg, 'mpii'), format_only=True, outfile_prefix=prefix)
    config_part(cfg, 'test_dataloader.dataset').subset = 'test'
    with TemporaryDirectory() as folder:
        _test(cfg, checkpoint, folder)


def predict_posetrack(
    cfg: Config,
    checkpoint: str,
    info: PathLike,
    images: PathLike,
    out: Path,
    score_threshold: float = TRACKED_SCORE,
) -> List[Path]:
    """Find and follow the people of the sequences of PoseTrack18.

    Args:
        cfg (Config): Of the network.
        checkpoint (str): Weights.
        info (str | Path): Folder of a file for each sequence, with its frames; people in it are
            not looked at.
        images (str | Path): From where the names of the frames count.
        out (Path): Folder of what is written, a file for each sequence, when all are done.
        score_threshold (float): Least score of somebody who is new; who is followed may have half
            of it.

    Returns:
        list[Path]: The files.

    Raises:
        ValueError: If there are no sequences, or a file of one is damaged.
    """
    names = sorted(path.name for path in Path(info).glob('*.json'))
    if not names:
        raise ValueError(f'{info}: expected a folder with a .json file for each sequence')
    sequences = [read_posetrack(Path(info) / name) for name in names]
    predictor = Predictor(
        cfg, checkpoint, track=True, score_threshold=score_threshold, max_people=MOST_PEOPLE
    )
    followed = [_follow(predictor, sequence, Path(images)) for sequence in sequences]
    written = [out / name for name in names]
    for path, sequence in zip(written, followed):
        write_posetrack(path, sequence)
    return written


def _follow(predictor: Predictor, sequence: PoseTrackSequence, images: Path) -> PoseTrackSequence:
    """Find and follow the people of one sequence, of which only the frames are read."""
    video = Video(sequence.name, FRAMES_PER_SECOND)
    pictures = [
        Picture(str(images / frame.file_name), frame=number, video=video)
        for number, frame in enumerate(sequence.frames)
    ]
    frames = [
        predicted_frame(
            frame.image_id,
            frame.file_name,
            Tracks(prediction.ids, prediction.poses),
            prediction.keypoint_names,
        )
        for frame, prediction in zip(sequence.frames, predictor(pictures, keep_images=False))
    ]
    return PoseTrackSequence(sequence.name, frames)


def _test(cfg: Config, checkpoint: str, work_dir: str) -> None:
    with naming_types(cfg):
        build_tester(cfg, checkpoint, work_dir).test()
