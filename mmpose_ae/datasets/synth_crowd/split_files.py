"""The files of a split of generated images: where they are, and which of a folder are its own."""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import List, Optional, Union

import cv2

from .mpii import mpii_files

NAME = 'SynthCrowd'
FORMATS = {'jpg': [cv2.IMWRITE_JPEG_QUALITY, 92], 'png': [cv2.IMWRITE_PNG_COMPRESSION, 1]}
SEQUENCE = '_mpii_synth'  # how names of videos end
# Of what is written below the folder of images: images, videos, and frames of these.
_IMAGE = rf'\d{{6}}\.({"|".join(FORMATS)})'
OWN_NAME = re.compile(rf'{_IMAGE}|\d{{6}}{SEQUENCE}(/{_IMAGE})?')


def sequence_name(number: Union[int, str]) -> str:
    """Name of a video, which PoseTrack18's tools can read."""
    return f'{number:0>6}{SEQUENCE}'


@dataclass(frozen=True)
class SplitFiles:
    """Where a split lies; what others put beside it is told from its own, and never deleted.

    Attributes:
        root (Path): The folder of the data set.
        split (str): ``'train'`` or ``'val'``.
    """

    root: Path
    split: str

    @property
    def images(self) -> Path:
        """The folder of images, or of a folder of frames for each video."""
        return self.root / self.split

    @property
    def stem(self) -> Path:
        """What names of all other files begin with; of videos also the folder of PoseTrack18's."""
        return self.root / 'annotations' / self.split

    @property
    def annotations(self) -> Path:
        """The annotations in COCO's format, which are written last."""
        return self.stem.with_suffix('.json')

    @property
    def unfinished(self) -> Path:
        """The file that an interrupted run leaves: it says how the split was to be made."""
        return self.stem.with_suffix('.part')

    def find(self) -> Optional[dict]:
        """How the split that is there was made; None if there is none, or an unfinished one.

        Raises:
            FileExistsError: Something else is there.
        """
        if self.unfinished.is_file():
            return None
        if self.annotations.is_file():
            info = json.loads(self.annotations.read_text()).get('info', {})
            if info.get('description') != NAME:
                raise FileExistsError(
                    f'{self.annotations} was not made by {NAME}: choose another folder'
                )
            return info
        if self.images.is_dir() and any(self.images.iterdir()):
            raise FileExistsError(
                f'{self.images} holds files not made by {NAME}: choose another folder'
            )
        return None

    def refuse_others(self) -> None:
        """Refuse folders in which something is that would be deleted and was not written here.

        Raises:
            FileExistsError: Names one of these files.
        """
        for others in (self._others_among_images(), self._others_of_mpii()):
            if others:
                folder = self.images if self.images in others[0].parents else self.stem.parent
                raise FileExistsError(
                    f'{folder} holds files not made by {NAME}, as {others[0]}: move them away, or '
                    'choose another folder'
                )

    def _others_among_images(self) -> List[Path]:
        names = sorted(path.relative_to(self.images) for path in self.images.glob('**/*'))
        return [self.images / name for name in names if not OWN_NAME.fullmatch(name.as_posix())]

    def _others_of_mpii(self) -> List[Path]:
        """What has the names of MPII's files, where the split that is there has none."""
        if self._has_mpii_files():
            return []
        return [path for path in mpii_files(self.stem) if path.exists()]

    def _has_mpii_files(self) -> bool:
        """Whether the split that is there, finished or not, was made with files of MPII."""
        infos = map(_read_info, (self.annotations, self.unfinished))
        return any(info.get('settings', {}).get('keypoints') == 'mpii' for info in infos)

    def remove(self) -> None:
        """Remove what is there; last what says which files are its own."""
        videos = sequence_name('?' * 6)
        of_mpii = mpii_files(self.stem) if self._has_mpii_files() else []
        of_posetrack = self.stem.glob(f'{videos}.json')
        for old in [*self.images.iterdir(), *of_posetrack, *of_mpii, self.annotations]:
            if old.match(videos):
                shutil.rmtree(old)
            else:
                old.unlink(missing_ok=True)


def _read_info(path: Path) -> dict:
    """How a split was made; nothing if the file is missing or does not say it."""
    try:
        return json.loads(path.read_text()).get('info', {})
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
