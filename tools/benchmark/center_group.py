"""Time grouping by AE, by offsets from centers and by CenterGroup: alone, and with the network.

As in CenterGroup's Table 3 (Braso et al. 2021, arXiv:2110.05132): one image with flip test, and
whatever follows the detector's heatmaps is grouping. A crowd is drawn on the maps of AE and of
offsets, which must find it. CenterGroup's weights are random: its poses mean nothing, but its time
does not depend on them.
"""

from argparse import Namespace
from functools import partial
from pathlib import Path
from typing import Callable, Dict, Iterator, NamedTuple, Tuple

import numpy as np
import torch
from mmengine.config import Config
from torch import Tensor, nn

from mmpose_ae.engine.benchmark import build_parser, check_close, run, settings, time_in_turn
from mmpose_ae.grouping import find_masked_candidates, sample_features
from mmpose_ae.models.heads.test_time import flip_back
from mmpose_ae.models.modules import CenterGroupingModule, EmbeddingNet, Nodes, encode_positions
from mmpose_ae.registry import KEYPOINT_CODECS, MODELS

NETWORK = Path(__file__).resolve().parents[2] / 'configs/_base_/models/higherhrnet-w32.py'
KEYPOINTS, CHANNELS, DIM = 17, 32, 128
ORDER = [0, 1, 2, 3, 4, 5, 6, 11, 12, 7, 8, 9, 10, 13, 14, 15, 16]
FLIP = [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15, KEYPOINTS]
SLOT = 64  # pixels between people
MOST_PEOPLE = 30
TOLERANCE = 2.0  # pixels
# What is timed in turn. CenterGroup is its embedding nets and its attention.
PAIRS = (('center_group', 'ae'), ('attention', 'offsets'), ('network', 'embeddings'))


class Crowd(NamedTuple):
    """The merged maps of both views of an image with a crowd."""

    heatmaps: Tensor  # (1, K + 1, H, W), the last one of centers
    tags: Tensor  # (1, 2 * K, h, w), those of both views
    offsets: Tensor  # (1, 2 * (K + 1), h, w)
    features: Tensor  # (2, C, h, w), of both views
    keypoints: np.ndarray  # (N, K, 2), pixels of the input

    def to(self, device: str) -> 'Crowd':
        """Move the maps."""
        return Crowd(*(maps.to(device) for maps in self[:-1]), self.keypoints)


def build_codec(kind: str, size: Tuple[int, int], **options) -> object:
    """A codec with heatmaps of a quarter and of half the input, as HigherHRNet predicts them."""
    heatmap_size = [tuple(side // stride for side in size) for stride in (4, 2)]
    sizes = dict(input_size=size, heatmap_size=heatmap_size, sigma=2)
    return KEYPOINT_CODECS.build(dict(type=f'mmpose_ae.{kind}', **sizes, **options))


def make_crowd(people: int, size: Tuple[int, int], missing: float = 0.2) -> Crowd:
    """Draw the maps of a network that knows the people, each in a square of their own.

    Args:
        people (int): Number of people, N.
        size (tuple): Input size (w, h) in pixels.
        missing (float): Part of the keypoints that are not there.

    Returns:
        Crowd: Targets as predictions; tags are those of the nearest person, 2 apart.
    """
    rng = np.random.default_rng(0)
    columns, rows = (side // SLOT for side in size)
    if people > columns * rows:
        raise ValueError(f'{size[0]}x{size[1]} has room for {columns * rows} people, not {people}')
    slots = rng.permutation(columns * rows)[:people, None]
    middles = (np.stack([slots % columns, slots // columns], axis=-1) + 0.5) * SLOT
    keypoints = middles + rng.uniform(-SLOT / 4, SLOT / 4, (people, KEYPOINTS, 2))
    visible = rng.random((people, KEYPOINTS)) >= missing
    codec = build_codec('CenterOffsetCodec', size)
    encoded = codec.encode(keypoints.astype(np.float32), visible)
    width, height = codec.heatmap_sizes[0]
    offsets = np.zeros((2, KEYPOINTS + 1, height * width), np.float32)
    for cell, target in zip(encoded['keypoint_indices'][:, -1, 0], encoded['center_offsets']):
        offsets[..., cell] = target.T
    grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1) * 4 + 1.5
    nearest = np.abs(grid[:, :, None] - middles[:, 0]).max(-1).argmin(-1)  # (h, w)
    tags = np.broadcast_to(2.0 * (1 + nearest), (1, 2 * KEYPOINTS, height, width))
    torch.manual_seed(0)
    return Crowd(
        torch.from_numpy(encoded['heatmaps'][-1])[None],
        torch.from_numpy(tags.astype(np.float32)),
        torch.from_numpy(offsets).view(1, -1, height, width),
        torch.rand(2, CHANNELS, height, width),
        keypoints,
    )


class AttentionGrouping(nn.Module):
    """CenterGroup after its detector."""

    def __init__(self) -> None:
        super().__init__()
        self.keypoint_embedding, self.center_embedding = (EmbeddingNet(CHANNELS) for _ in range(2))
        self.grouping = CenterGroupingModule(KEYPOINTS, DIM)

    def embed(self, features: Tensor) -> Tuple[Tensor, Tensor]:
        """Embeddings of keypoints and of centers."""
        return self.keypoint_embedding(features), self.center_embedding(features)

    def nodes(self, heatmaps: Tensor, embeddings: Tensor, kernel_size: int) -> Nodes:
        """The candidates of heatmaps (B, K, H, W), at most as many as there may be people."""
        found = find_masked_candidates(heatmaps, kernel_size, MOST_PEOPLE, 0.005, 3)
        size = heatmaps.shape[:1:-1]
        inside = embeddings.new_ones(len(embeddings), *embeddings.shape[-2:], dtype=torch.bool)
        return Nodes(
            sample_features([embeddings], found.cells, size),
            encode_positions(inside, found.cells, size, DIM),
            2 * found.cells + 0.5,
            found.mask,
        )

    def forward(self, heatmaps: Tensor, embeddings: Tuple[Tensor, Tensor]) -> Tensor:
        """Keypoints of the centers of an image, (N, K, 2), the surer of both views each."""
        both = torch.cat([heatmaps, flip_back(heatmaps, FLIP)])
        keypoints = self.nodes(both[:, :-1], embeddings[0], kernel_size=5)
        centers = self.nodes(both[:, -1:], embeddings[1], kernel_size=9)
        (found,) = self.grouping(keypoints, centers, all_layers=False)
        back = found.hard_locations[1, :, FLIP[:-1]]
        back = torch.stack([2 * heatmaps.shape[-1] - 1 - back[..., 0], back[..., 1]], dim=-1)
        mirrored = found.visibility[1, :, FLIP[:-1]] > found.visibility[0]
        poses = torch.where(mirrored[..., None], back, found.hard_locations[0])
        return poses[centers.mask[0, 0]]


def build_sides(size: Tuple[int, int], device: str) -> Dict[str, Callable]:
    """The three ways of grouping, from a crowd's maps to the keypoints of each image (N, K, 2).

    And the parts of CenterGroup: its embeddings of a crowd, and what it does with them.
    """
    limits = dict(decode_topk=MOST_PEOPLE, decode_max_instances=MOST_PEOPLE)
    ae = build_codec('AEDecoder', size, decode_keypoint_order=ORDER, **limits)
    offsets = build_codec('CenterOffsetCodec', size, decode_center_kernel=9)
    model = AttentionGrouping().eval().to(device)
    return dict(
        center_group=lambda crowd: [model(crowd.heatmaps, model.embed(crowd.features)).cpu()],
        ae=lambda crowd: ae.batch_decode(crowd.heatmaps[:, :-1], crowd.tags)[0],
        offsets=lambda crowd: offsets.batch_decode(crowd.heatmaps, crowd.offsets)[0],
        embeddings=lambda crowd: model.embed(crowd.features),
        attention=lambda crowd, embeddings: model(crowd.heatmaps, embeddings).cpu(),
    )


def build_network(device: str) -> nn.Module:
    """HigherHRNet-w32 with centers: its maps of an image."""
    cfg = Config.fromfile(NETWORK).model
    backbone = MODELS.build(dict(cfg.backbone, init_cfg=None, type='mmpose.HRNet'))
    head = dict(type='mmpose_ae.AEHead', in_channels=CHANNELS, upsample=cfg.head.upsample)
    head = MODELS.build(dict(head, num_keypoints=KEYPOINTS + 1))
    return nn.Sequential(backbone, head).eval().to(device)


def check(sides: Dict[str, Callable], crowd: Crowd) -> None:
    """Check that AE and offsets find everybody, and that CenterGroup has as many centers."""
    count = len(crowd.keypoints)
    for name in ('center_group', 'ae', 'offsets'):
        (found,) = sides[name](crowd)
        check_close(f'people found by {name}', len(found), count, 0)
        if name == 'center_group':
            continue
        off = np.abs(found[:, None] - crowd.keypoints).max((2, 3))  # (found, people)
        check_close(f'people of {name}', np.sort(off.argmin(1)), np.arange(count), 0)
        check_close(f'keypoints of {name}', off.min(1), np.zeros(count), TOLERANCE)


def time_all(calls: Dict[str, Callable], repeats: int, device: str) -> Dict:
    """Time all calls, and add the network's time to that of each grouping.

    ``ratio`` is the time of AE over that of CenterGroup.
    """
    rows = [time_in_turn({name: calls[name] for name in pair}, repeats, device) for pair in PAIRS]
    row = {**rows[2], **rows[1], **rows[0]}
    whole = {
        f'{name}_whole_ms': round(row['network_ms'] + row[f'{name}_ms'], 4)
        for name in ('center_group', 'ae', 'offsets')
    }
    return dict(row, **whole)


def benchmark(args: Namespace) -> Iterator[Dict]:
    """Give one row per device, number of threads and number of people."""
    size = tuple(args.size)
    for setting in settings(args):
        device = setting['device']
        sides, network = build_sides(size, device), build_network(device)
        image = torch.rand(2, 3, *size[::-1], device=device)
        for people in args.people:
            check(sides, make_crowd(people, size, missing=0).to(device))
            crowd = make_crowd(people, size).to(device)
            calls = {name: partial(side, crowd) for name, side in sides.items()}
            calls['attention'] = partial(calls['attention'], calls['embeddings']())
            calls['network'] = partial(network, image)
            yield dict(people=people, **time_all(calls, args.repeats, device), **setting)


def main() -> None:
    """Time all three."""
    parser = build_parser(__doc__, people=[1, 5, 10, 20, 30])
    parser.add_argument('--size', type=int, nargs=2, default=[512, 512], metavar=('W', 'H'))
    args = parser.parse_args()
    with torch.no_grad():
        run(benchmark(args), args)


if __name__ == '__main__':
    main()
