"""People of files in COCO's format, with keypoints and masks."""

from functools import partial
from typing import List

from mmpose_ae.datasets import CocoDataset
from mmpose_ae.datasets.ledger import Ledger
from mmpose_ae.options import refuse_unknown_options
from mmpose_ae.registry import DATASETS

from .coco import close_review, draw_annotations
from .outlines import require_masks, review_outlines


@DATASETS.register_module()
@refuse_unknown_options
class PoseMaskDataset(CocoDataset):
    """People of a file in COCO's format, with keypoints and masks.

    The n-th instance of an image's map is its n-th person.
    """

    def load_data_list(self) -> List[dict]:
        """List the images, with what reads the masks of their people.

        Raises:
            ValueError: If nobody has a mask; and as :class:`CocoDataset`.
        """
        data_list = super().load_data_list()
        self._metainfo.update(classes=['person'], category_ids=[1])
        everybody = [ann for data in data_list for ann in data['raw_ann_info'] or []]
        ledger = Ledger(self.ann_file)
        review_outlines(everybody, ledger)
        close_review(ledger)
        require_masks(self.ann_file, everybody, ['person'])
        for data in data_list:
            size = data['annotated_size'][::-1]
            people = data['raw_ann_info'] or []  # None where nobody is
            data['read_instances'] = partial(draw_annotations, self.ann_file, people, size, {1: 0})
        return data_list
