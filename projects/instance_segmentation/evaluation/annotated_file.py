"""What a file of annotations says is there, for COCO's evaluation of masks."""

from typing import Dict, List, Sequence

from faster_coco_eval import mask as cocomask

from mmpose_ae.datasets.bottomup_annotations import recall_image_folder
from projects.instance_segmentation.datasets.coco import read_coco
from projects.instance_segmentation.datasets.outlines import (
    encode_outline,
    is_outlined,
    require_masks,
)


class AnnotatedFile:
    """A file in COCO's format.

    Args:
        path (str): The file, which is read at once.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If something in it cannot be right; names the file and up to ten faults.
    """

    def __init__(self, path: str) -> None:
        folder = recall_image_folder(path)
        self.path = path
        # A dataset that has read the file has also said what was repaired.
        self._content = read_coco(path, folder, log=folder is None)
        self._sizes = {i['id']: (i['height'], i['width']) for i in self._content['images']}
        self._annotations: List[dict] = []

    def choose(self, category_ids: Sequence[int], names: Sequence[str]) -> None:
        """Take the annotations of these categories, each with run lengths of what it covers.

        What has no mask is a crowd, where its box is.

        Args:
            category_ids (sequence[int]): As the dataset has them.
            names (sequence[str]): Of the categories.

        Raises:
            ValueError: If the file lacks a category, or has annotations of them but no mask, or
                an outline is malformed.
        """
        known = {c['id']: c['name'] for c in self._content['categories']}
        missing = [pair for pair in zip(category_ids, names) if pair[0] not in known]
        if missing:
            raise ValueError(
                f'{self.path} has no category of the id {missing[0][0]}, which the dataset calls '
                f'{missing[0][1]!r}; its categories are {known}'
            )
        wanted = set(category_ids)
        chosen = [ann for ann in self._content['annotations'] if ann['category_id'] in wanted]
        require_masks(self.path, chosen, names)
        self._annotations = list(map(self._complete, chosen))

    def of_images(self, images: Sequence[dict]) -> List[dict]:
        """List the annotations that were chosen, of these images.

        Args:
            images (sequence[dict]): With ``id``, ``height`` and ``width``.

        Returns:
            list[dict]: In COCO's format.

        Raises:
            ValueError: If the file lacks an image, or has another size for it.
        """
        sizes: Dict[int, tuple] = {i['id']: (i['height'], i['width']) for i in images}
        missing = sizes.keys() - self._sizes.keys()
        if missing:
            raise ValueError(
                f'{self.path} lacks {len(missing)} of {len(sizes)} evaluated images, one has the '
                f'id {min(missing)}: is it of another part of the dataset?'
            )
        for key, size in sizes.items():
            if self._sizes[key] != size:
                raise ValueError(
                    f'{self.path} has image {key} of size (H, W) = {self._sizes[key]}, but the one '
                    f'that was evaluated is {size}'
                )
        return [ann for ann in self._annotations if ann['image_id'] in sizes]

    def _complete(self, ann: dict) -> dict:
        rle = cocomask.merge(encode_outline(self.path, ann, self._sizes[ann['image_id']]))
        return dict(
            image_id=ann['image_id'],
            category_id=ann['category_id'],
            segmentation=rle,
            area=ann.get('area') or float(cocomask.area(rle)),
            bbox=cocomask.toBbox(rle).tolist(),
            iscrowd=int(bool(ann.get('iscrowd')) or not is_outlined(ann)),
        )
