"""Draw how greedy and density grouping deal with the same noisy tags of generated people."""

from argparse import ArgumentParser, Namespace
from typing import Tuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.optimize import linear_sum_assignment

from mmpose_ae.grouping import UNMATCHED, Candidates, GreedyGrouping
from mmpose_ae.grouping.density import DensityGrouping
from mmpose_ae.pictures import instance_colors

KEYPOINTS = 17
PEOPLE = 5
MARGIN = 2.0  # between the tags of people, in tag thresholds


def make_people(noise: float, seed: int) -> Tuple[Candidates, np.ndarray]:
    """Generate people side by side.

    Args:
        noise (float): Standard deviation of the tags of one person.
        seed (int): Of the random numbers.

    Returns:
        tuple:
        - Candidates: All keypoints of all people, (K, N).
        - np.ndarray: Index of each person's candidate per keypoint type, (N, K), int64.
    """
    rng = np.random.default_rng(seed)
    people = np.tile(np.arange(PEOPLE)[:, None], KEYPOINTS)  # (N, K): candidate n is person n
    tags = MARGIN * people + rng.normal(scale=noise, size=people.shape)
    cells = 20 * rng.permutation(PEOPLE)[:, None, None] + rng.normal(
        scale=5, size=(*people.shape, 2)
    )
    scores = rng.uniform(0.5, 1, people.shape)
    return Candidates(scores.T, cells.transpose(1, 0, 2), tags.T[..., None]), people


def match_people(groups: np.ndarray, people: np.ndarray) -> np.ndarray:
    """Number groups (M, K) like the people (N, K) whose keypoints they hold, others from N on."""
    common = ((groups[:, None] == people) & (groups[:, None] != UNMATCHED)).sum(-1)  # (M, N)
    ids = len(people) + np.arange(len(groups))
    rows, columns = linear_sum_assignment(common, maximize=True)
    ids[rows] = columns
    return ids


def draw_groups(axes: Axes, title: str, candidates: Candidates, groups: np.ndarray, ids) -> None:
    """Plot the tags, one color per group; what belongs to no person's group is a cross."""
    for group, number in zip(groups, ids):
        k = np.flatnonzero(group != UNMATCHED)
        color = instance_colors([number]) / 255
        marker = dict(marker='o', s=30) if number < PEOPLE else dict(marker='x', s=45)
        axes.scatter(candidates.tags[k, group[k], 0], k, c=color, **marker)
    axes.set_title(title, fontsize=11)
    axes.set_xlabel('tag')
    axes.set_yticks([])
    axes.set_ylim(KEYPOINTS - 0.5, -0.5)
    axes.spines[['top', 'right', 'left']].set_visible(False)


def draw(noise: float, seed: int) -> Figure:
    """Draw the people beside the groups of both strategies."""
    candidates, people = make_people(noise, seed)
    figure = Figure(figsize=(9.6, 3.2), dpi=120, layout='constrained')
    panels = figure.subplots(1, 3, sharex=True)
    draw_groups(panels[0], f'{PEOPLE} people', candidates, people, range(PEOPLE))
    strategies = dict(GreedyGrouping=GreedyGrouping(), DensityGrouping=DensityGrouping())
    for axes, (name, grouping) in zip(panels[1:], strategies.items()):
        groups = grouping(candidates, range(KEYPOINTS), 1.0)
        ids = match_people(groups, people)
        draw_groups(axes, f'{name}: {len(groups)}', candidates, groups, ids)
    panels[0].set_ylabel('keypoint type')
    return figure


def parse_args() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('--out', default='grouping.png', help='file of the picture')
    parser.add_argument('--noise', type=float, default=0.5, help='standard deviation of tags')
    parser.add_argument('--seed', type=int, default=0, help='of the random numbers')
    return parser.parse_args()


def main() -> None:
    """Draw as the command line says."""
    args = parse_args()
    draw(args.noise, args.seed).savefig(args.out)
    print(args.out)


if __name__ == '__main__':
    main()
