"""Pictures of masks and tags, and the tools that make them."""

from argparse import Namespace
from itertools import count

import numpy as np
import pytest
from mmengine.structures import InstanceData

from mmpose_ae.prediction.masks import encode_mask
from mmpose_ae.registry import VISUALIZERS
from projects.instance_segmentation.decoding import MaskDecoder
from projects.instance_segmentation.tools import benchmark
from projects.instance_segmentation.tools.benchmark import board, decode, decode_resized
from projects.instance_segmentation.visualization import tag_picture


def test_visualizer_leaves_low_scores_out():
    visualizer = VISUALIZERS.build(dict(type='mmpose_ae.MaskVisualizer', name='masks'))
    masks = [encode_mask(np.ones((2, 4), bool))]
    image = np.full((2, 4, 3), 100, np.uint8)
    for score, seen in ((0.9, True), (0.1, False)):
        instances = InstanceData(masks=masks, scores=np.array([score]))
        drawn = visualizer._draw_instances_kpts(image, instances)
        assert (drawn != image).any() == seen


@pytest.mark.parametrize('dim', [1, 3])
def test_equal_tags_have_equal_colors(dim):
    tags = np.zeros((dim, 2, 6))
    tags[:, :, 2:4], tags[0, :, 4:] = 5, 9
    inside = np.ones((2, 6), bool)
    inside[:, 5] = False
    colors = tag_picture(tags, inside)[0]
    assert len({tuple(c) for c in colors}) == 4
    assert (colors[0] == colors[1]).all() and (colors[2] == colors[3]).all()
    assert (tag_picture(tags, inside & False) == colors[5]).all()


def test_both_ways_of_the_benchmark_find_the_same():
    maps = MaskDecoder(), [board(32, 7, 8), board(48, 7, 8)], 128
    assert len(decode(*maps).rles) == len(decode_resized(*maps).rles) == 7


def test_the_benchmark_counts_cpu_time(monkeypatch):
    """By a clock of the CPU that goes on by 2 seconds whenever it is read."""
    monkeypatch.setattr('time.process_time', count(0, 2).__next__)
    args = Namespace(threads=[1], tag_dim=[], people=[4], side=64, scales=[1.0], repeats=1)
    (row,) = benchmark.benchmark(args)
    assert row['instances'] == 4 and row['grouping'] == 'TagHistogram'
    assert row['ours_ms'] == row['resized_ms'] == 2000 and row['ratio'] == 1
