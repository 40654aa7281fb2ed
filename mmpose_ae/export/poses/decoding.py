"""All of decoding in a graph: candidates and maps to the poses of people."""

from typing import Dict, Mapping

import torch
from torch import Tensor

from mmpose_ae.decoding import Decoding, TagDecoding
from mmpose_ae.decoding.read_poses import POSES
from mmpose_ae.frame import Grid
from mmpose_ae.grouping import DensityGrouping
from mmpose_ae.options import check_count

from .completion import find_missing
from .grouping import GroupingInRounds
from .people import collect_people
from .pool import read_pool


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

    output_names = POSES

    def __init__(self, decoding: Decoding, max_people: int = 30, max_candidates: int = 30) -> None:
        check_count('max_people', max_people, 1)
        check_count('max_candidates', max_candidates, 1)
        _check_decoding(decoding)
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
        pool = read_pool(outputs['candidates'][:, :, : self.max_candidates])
        groups = self.group(pool._replace(tags=pool.tags / self.decoding.tag_threshold))
        people = completed = collect_people(pool, groups)
        if self.decoding.completion:
            heatmaps, tags = outputs['heatmaps'], outputs['tags']
            points, scores = find_missing(self.decoding, heatmaps, tags, people)
            completed = people.filled(points, scores)
        poses = torch.cat([grid.to_pixels(completed.points), completed.scores[..., None]], dim=-1)
        somebody = people.found.any(-1)[..., None, None]
        filled = completed.found & ~people.found
        found = poses * somebody, people.scores.mean(-1), filled
        return dict(zip(self.output_names, found))


def _check_decoding(decoding: Decoding) -> None:
    """Refuse what only the host can do."""
    if decoding.learned_score is not None:
        raise ValueError(
            'people in the graph have no learned_score: export it without --poses, or with '
            'model.head.decoder.learned_score=None, which ranks them by their keypoints'
        )
    if not isinstance(decoding, TagDecoding):
        raise ValueError(
            'people in the graph are grouped by tags, but this network needs '
            f'{type(decoding).__name__}: export it without --poses'
        )
    if not isinstance(decoding.grouping, DensityGrouping):
        raise ValueError(
            'people in the graph are those of DensityGrouping, but the config has '
            f'{type(decoding.grouping).__name__}: export it without --poses, or with '
            'model.head.decoder.grouping.type=DensityGrouping'
        )
    if decoding.grouping.pose is not None:
        raise ValueError(
            'people in the graph are grouped without a pose, but the config has '
            'model.head.decoder.grouping.pose: export it without --poses, or set that to None'
        )
