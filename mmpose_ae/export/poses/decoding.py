"""All of decoding in a graph: candidates and maps to the poses of people."""

from typing import Dict, Mapping

import torch
from torch import Tensor

from mmpose_ae.decoding import Decoding, TagDecoding
from mmpose_ae.frame import Grid
from mmpose_ae.grouping import UNMATCHED, DensityGrouping
from mmpose_ae.options import check_count

from .completion import find_missing
from .grouping import GroupingInRounds
from .pool import Pool


class DecodingInGraph:
    """What :class:`TagDecoding` does on the host, without anything a graph could not hold.

    There are no loops or branches that depend on the people, and no operators but standard ones.

    Args:
        decoding (TagDecoding): What is done on the host otherwise.
        max_people (int): Most people of an image, P.
        max_candidates (int): So many candidates of each keypoint type are grouped, the best ones.

    Raises:
        ValueError: If only the host can do this.
    """

    output_names = ('poses', 'instance_scores', 'filled')

    def __init__(
        self, decoding: Decoding, max_people: int = 30, max_candidates: int = 30
    ) -> None:
        check_count('max_people', max_people, 1)
        check_count('max_candidates', max_candidates, 1)
        if not isinstance(decoding, TagDecoding):
            raise ValueError(
                f'poses in the graph are grouped by tags, but this network needs '
                f'{type(decoding).__name__}: export it without poses'
            )
        if not isinstance(decoding.grouping, DensityGrouping):
            raise ValueError(
                f'poses in the graph are those of DensityGrouping, but the config has '
                f'{type(decoding.grouping).__name__}: export it without poses, or with another '
                "grouping (model.head.decoder.grouping.type='DensityGrouping')"
            )
        limit = decoding.scoring.max_instances
        people = max_people if limit is None else min(limit, max_people)
        self.decoding, self.max_candidates = decoding, max_candidates
        self.group = GroupingInRounds(decoding.grouping, people)

    def __call__(self, outputs: Mapping[str, Tensor], grid: Grid) -> Dict[str, Tensor]:
        """Decode a batch.

        Args:
            outputs (mapping): What :class:`TagDecoding` reads.
            grid (Grid): Cells of the heatmaps on the input.

        Returns:
            dict:
            - poses (Tensor): Position (x, y) in pixels of the input and score, (B, P, K, 3).
            - instance_scores (Tensor): (B, P), descending; 0 where there is nobody.
            - filled (Tensor): Keypoints that grouping did not find, (B, P, K), bool.
        """
        scores, cells, tags = outputs['candidates'].split([1, 2, outputs['candidates'].shape[-1] - 3], -1)
        best = slice(self.max_candidates)
        pool = Pool(scores[:, :, best, 0], cells[:, :, best], tags[:, :, best])
        groups = self.group(pool._replace(tags=pool.tags / self.decoding.tag_threshold))
        members = pool.members(groups)
        found, scores = (groups != UNMATCHED), members.scores.transpose(1, 2)  # (B, P, K)
        count = found.sum(-1).clamp(min=1)[..., None]
        points = members.cells.transpose(1, 2)
        center = (points * found[..., None]).sum(2) / count
        points = torch.where(found[..., None], points, center[:, :, None])
        filled = torch.zeros_like(found)
        instance_scores = scores.mean(-1)
        if self.decoding.completion:
            mean_tags = (members.tags.transpose(1, 2) * found[..., None]).sum(2) / count
            missing = ~found & found.any(-1, keepdim=True)
            looked = find_missing(
                self.decoding.completion,
                self.decoding.tag_threshold,
                self.decoding.refinement,
                outputs['heatmaps'],
                outputs['tags'],
                mean_tags,
                missing,
            )
            filled = looked[1] > 0
            points = torch.where(filled[..., None], looked[0], points)
            scores = torch.where(filled, looked[1], scores)
        poses = torch.cat([grid.to_pixels(points), scores[..., None]], dim=-1)
        poses = poses * found.any(-1)[..., None, None]
        return dict(zip(self.output_names, (poses, instance_scores, filled)))
