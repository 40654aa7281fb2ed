"""Time grouping by AE, by offsets from centers and by CenterGroup: alone, and with the network.

As in CenterGroup's Table 3 (Braso et al. 2021, arXiv:2110.05132): one image with flip test, and
whatever follows the detector's maps is grouping. The maps show a crowd, which AE and offsets must
find. CenterGroup's weights are random: its poses mean nothing, its time does not depend on them.
"""

from argparse import Namespace
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Callable, Dict, Iterator, List, NamedTuple, Tuple

import numpy as np
import torch
from mmengine.config import Config
from mmpose.structures import PoseDataSample
from torch import Tensor, nn

from mmpose_ae.cli.benchmark import build_parser, check_close, run, settings, time_in_turn
from mmpose_ae.models.heads import BottomupOutputs
from mmpose_ae.models.heads.views import flip_outputs
from mmpose_ae.registry import KEYPOINT_CODECS, MODELS

NETWORK = Path(__file__).resolve().parents[2] / 'configs/_base_/models/hrnet-w32.py'
KEYPOINTS, CHANNELS, DIM = 17, 32, 128
ORDER = [0, 1, 2, 3, 4, 5, 6, 11, 12, 7, 8, 9, 10, 13, 14, 15, 16]
FLIP = [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15]
SLOT = 64  # pixels between people
MOST_PEOPLE = 30
TOLERANCE = 2.0  # pixels
# What is timed in turn. CenterGroup is its embedding nets and the attention, with all around it.
PAIRS = (('center_group', 'ae'), ('network', 'offsets'), ('embeddings', 'attention'))


class Crowd(NamedTuple):
    """What a detector predicts for an image with a crowd."""

    heatmaps: List[Tensor]  # (1, K + 1, H_i, W_i), coarse to fine, the last one of centers
    tags: Tensor  # (1, K, h, w)
    offsets: Tensor  # (1, 2 * (K + 1), h, w)
    keypoints: np.ndarray  # (N, K, 2), pixels of the input

    def to(self, device: str) -> 'Crowd':
        """Move the maps."""
        heatmaps = [maps.to(device) for maps in self.heatmaps]
        return Crowd(heatmaps, self.tags.to(device), self.offsets.to(device), self.keypoints)


def codec_config(kind: str, size: Tuple[int, int], **options) -> dict:
    """A codec with heatmaps of a quarter and of half the input, as HigherHRNet predicts them."""
    heatmap_size = [tuple(side // stride for side in size) for stride in (4, 2)]
    targets = dict(input_size=size, heatmap_size=heatmap_size, targets=dict(sigma=2))
    return dict(type=f'mmpose_ae.{kind}', **targets, **options)


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
    codec = KEYPOINT_CODECS.build(codec_config('CenterOffsetCodec', size))
    encoded = codec.encode(keypoints.astype(np.float32), visible)
    width, height = codec.heatmap_sizes[0]
    offsets = torch.zeros(2, KEYPOINTS + 1, height * width)
    for cell, target in zip(encoded['keypoint_indices'][:, -1, 0], encoded['center_offsets']):
        offsets[..., cell] = torch.from_numpy(target.T)
    grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1) * 4 + 1.5
    nearest = np.abs(grid[:, :, None] - middles[:, 0]).max(-1).argmin(-1)  # (h, w)
    tags = torch.from_numpy(2.0 * (1 + nearest)).float()
    return Crowd(
        [torch.from_numpy(maps)[None] for maps in encoded['heatmaps']],
        tags.expand(1, KEYPOINTS, -1, -1),
        offsets.view(1, -1, height, width),
        keypoints,
    )


def build_heads(
    size: Tuple[int, int], device: str, upsample_heatmaps: bool = True
) -> Dict[str, nn.Module]:
    """The heads of the three groupings, and CenterGroup's without its embedding nets."""
    ae = dict(
        keypoint_order=ORDER,
        candidates=dict(max_candidates=MOST_PEOPLE),
        scoring=dict(max_instances=MOST_PEOPLE),
    )
    ae = codec_config('AEDecoder', size, **ae)
    center_group = dict(
        type='CenterGroupHead',
        decoder=codec_config('CenterGroupCodec', size),
        upsample_heatmaps=upsample_heatmaps,
    )
    heads = dict(
        ae=dict(type='AEHead', in_channels=CHANNELS, decoder=ae),
        offsets=dict(
            type='CenterOffsetHead',
            in_channels=CHANNELS,
            decoder=codec_config('CenterOffsetCodec', size),
        ),
        center_group=dict(center_group, in_channels=CHANNELS),
        attention=dict(center_group, in_channels=DIM, embedding=dict(num_blocks=0)),
    )
    return {
        name: MODELS.build(dict(head, type=f'mmpose_ae.{head["type"]}', num_keypoints=KEYPOINTS))
        .eval()
        .to(device)
        for name, head in heads.items()
    }


def predicted_views(name: str, crowd: Crowd) -> List[BottomupOutputs]:
    """What the detector of a head predicts for the image and for the mirrored one."""
    if name == 'ae':
        image = BottomupOutputs([maps[:, :-1] for maps in crowd.heatmaps], tags=crowd.tags)
        return [image, flip_outputs(image, FLIP)]
    image = BottomupOutputs(crowd.heatmaps, offsets=crowd.offsets)
    return [image, flip_outputs(image, [*FLIP, KEYPOINTS])]


def data_sample(size: Tuple[int, int]) -> PoseDataSample:
    """An image as large as the input."""
    metainfo = dict(
        img_shape=size[::-1],
        ori_shape=size[::-1],
        input_size=size,
        input_center=np.divide(size, 2),
        input_scale=np.array(size, dtype=np.float32),
        flip_indices=FLIP,
    )
    return PoseDataSample(metainfo=metainfo)


def group(name: str, head: nn.Module, crowd: Crowd, size: Tuple[int, int]) -> Callable:
    """The grouping of a head: a function without arguments that gives keypoints (N, K, 2)."""
    channels = DIM if name == 'attention' else CHANNELS
    features = torch.rand(1, channels, *crowd.tags.shape[-2:], device=crowd.tags.device)
    views, sample = cycle(predicted_views(name, crowd)), data_sample(size)
    # The detector's layers belong to the network, which is timed apart.
    head._forward_stack = lambda features: next(views)

    def predict() -> np.ndarray:
        (found,) = head.predict([(features,), (features,)], [sample], dict(flip_test=True))
        return found.keypoints

    return predict


def build_network(device: str) -> nn.Module:
    """HigherHRNet-w32 with centers: its maps of an image."""
    cfg = Config.fromfile(NETWORK).model
    backbone = MODELS.build(dict(cfg.backbone, init_cfg=None, type='mmpose.HRNet'))
    head = dict(type='mmpose_ae.AEHead', in_channels=CHANNELS, upsample=dict(num_modules=1))
    head = MODELS.build(dict(head, num_keypoints=KEYPOINTS + 1))
    return nn.Sequential(backbone, head).eval().to(device)


def embed(head: nn.Module, size: Tuple[int, int], device: str) -> Callable:
    """The embedding nets of CenterGroup on the features of both views."""
    width, height = (side // 4 for side in size)
    views = torch.rand(2, 1, CHANNELS, height, width, device=device)
    nets = head.keypoint_embedding, head.center_embedding
    return lambda: [net(view) for view in views for net in nets]


def check(calls: Dict[str, Callable], crowd: Crowd) -> None:
    """Check that AE and offsets find everybody, and that CenterGroup has as many centers."""
    count = len(crowd.keypoints)
    for name in ('center_group', 'attention', 'ae', 'offsets'):
        found = calls[name]()
        check_close(f'people found by {name}', len(found), count, 0)
        if name in ('center_group', 'attention'):
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
        heads, network = build_heads(size, device, not args.finest), build_network(device)
        image = torch.rand(2, 3, *size[::-1], device=device)
        calls = dict(
            network=partial(network, image), embeddings=embed(heads['center_group'], size, device)
        )
        for people in args.people:
            for missing in (0, 0.2):
                crowd = make_crowd(people, size, missing).to(device)
                calls.update({n: group(n, head, crowd, size) for n, head in heads.items()})
                if not missing:
                    check(calls, crowd)
            yield dict(people=people, **time_all(calls, args.repeats, device), **setting)


def main() -> None:
    """Time all three."""
    parser = build_parser(__doc__, people=[1, 5, 10, 20, 30])
    parser.add_argument('--size', type=int, nargs=2, default=[512, 512], metavar=('W', 'H'))
    parser.add_argument(
        '--finest',
        action='store_true',
        help="search CenterGroup's candidates on the finest heatmaps, not at the input's size",
    )
    args = parser.parse_args()
    with torch.no_grad():
        run(benchmark(args), args)


if __name__ == '__main__':
    main()
