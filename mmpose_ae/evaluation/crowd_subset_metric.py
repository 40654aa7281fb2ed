"""Average precision where people are few or many, and cover each other or not."""

from typing import List, Tuple

from mmengine.logging import MMLogger

from mmpose_ae.datasets.crowding import file_crowding
from mmpose_ae.registry import METRICS

from .coco_metric import CocoMetric
from .crowd_subsets import crowd_levels, crowd_subsets


@METRICS.register_module()
class CrowdSubsetMetric(CocoMetric):
    """``CocoMetric`` with the AP of four subsets by number of people and occlusion.

    ``AP subset1`` to ``AP subset4`` are those of :func:`crowd_subsets`; -1 where a subset has no
    people. With ``iou_type='keypoints_crowd'`` there are also ``AP easy``, ``AP medium`` and
    ``AP hard``, the means over what has a precision. CrowdPose's script, whose numbers are
    ``AP(E)``, ``AP(M)`` and ``AP(H)``, rounds them, and takes -1 into the mean where there is none.
    Crowd indices that the annotation file lacks are computed. Arguments and other results are
    ``CocoMetric``'s.

    Source: Coupled Embedding (Wang et al. 2022), Section 4.4, Table 4.
    """

    def _check_truth(self, content: dict) -> None:
        crowding = file_crowding(content) if 'annotations' in content else {}
        for image in content['images']:
            if image['id'] in crowding:
                image['crowdIndex'] = crowding[image['id']].occlusion
        super()._check_truth(content)

    def _do_python_keypoint_eval(self, outfile_prefix: str) -> List[Tuple[str, float]]:
        whole = super()._do_python_keypoint_eval(outfile_prefix)
        subsets = crowd_subsets(file_crowding(self.coco.dataset))
        if self.iou_type == 'keypoints_crowd':
            subsets.update(crowd_levels(self.coco.dataset['images']))
        sizes = ', '.join(f'{name} {len(images)}' for name, images in subsets.items())
        MMLogger.get_current_instance().info(f'images in subsets by crowding: {sizes}')
        found = self._precisions(outfile_prefix, subsets)
        return whole + [(f'AP {name}', value) for name, value in found.items()]
