"""What all data sets of masks share."""

from collections import Counter
from pathlib import Path
from typing import Callable, Dict, List, Sequence

from mmengine.dataset import BaseDataset


class InstanceDataset(BaseDataset):
    """Images, each with a function that reads its instances when they are needed.

    Subclasses give ``load_data_list``: per image ``img_id``, ``img_path`` and ``read_instances``,
    a function without arguments that gives an :class:`InstanceMap`.
    """

    def set_categories(self, ids_of_names: Dict[str, int]) -> None:
        """Let the metainfo tell metrics the categories, in the order of their indices."""
        self._metainfo.update(classes=list(ids_of_names), category_ids=list(ids_of_names.values()))


class ListedDataset(InstanceDataset):
    """Images whose names are in a list, as VOC and those after it have them.

    Subclasses say which classes there are, in which folder of ``data_root`` the pictures are, and
    what reads the instances of one.
    """

    classes: Sequence[str]
    pictures: str

    def reader(self, root: Path, name: str) -> Callable:
        """What reads the instances of the image of this name, without arguments."""
        raise NotImplementedError

    def load_data_list(self) -> List[dict]:
        """List the images."""
        self.set_categories({name: i + 1 for i, name in enumerate(self.classes)})
        root, names = Path(self.data_root), read_names(self.ann_file)
        return [
            dict(
                img_id=number,
                img_path=str(root / self.pictures / f'{name}.jpg'),
                read_instances=self.reader(root, name),
            )
            for number, name in zip(number_images(names), names)
        ]


def read_names(path: str) -> List[str]:
    """Read the names of images, one a line.

    Raises:
        ValueError: If there is none, or one twice.
    """
    names = Path(path).read_text().split()
    if not names:
        raise ValueError(f'{path} names no image, expected one a line')
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(f'{path} names the image {twice[0]} more than once')
    return names


def number_images(names: Sequence[str]) -> List[int]:
    """Numbers of images: ``2007_000027`` is 2007000027; where that is none, positions in the list.

    Args:
        names (sequence[str]): Different names.

    Returns:
        list[int]: Different numbers.
    """
    digits = [name.replace('_', '') for name in names]
    if all(map(str.isdecimal, digits)) and len(set(map(int, digits))) == len(names):
        return list(map(int, digits))
    return list(range(1, len(names) + 1))


def check_categories(path: str, found: Sequence[int], count: int) -> None:
    """Refuse indices of categories outside 0 to ``count`` - 1, naming the file."""
    wrong = [int(c) for c in found if not 0 <= c < count]
    if wrong:
        raise ValueError(f'{path} has the category {wrong[0] + 1}, expected 1 to {count}')
