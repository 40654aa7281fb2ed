"""Reading the tags of instances."""

import fakes
import torch

from mmpose_ae.models.losses.instance_tags import read_instance_tags


def test_what_is_not_annotated_reads_as_nothing():
    tags = torch.tensor([5.0, 7.0, torch.nan, 9.0]).view(1, 1, 1, 4).repeat(1, 2, 1, 1)
    read = read_instance_tags(tags, [fakes.cells_of([0, -1], [-1, -1], [1, 3])])
    assert read.values[0, :, :, 0].tolist() == [[5, 0], [0, 0], [7, 9]]
    assert read.visible[0].tolist() == [[True, False], [False, False], [True, True]]
    assert read.mean[0, :, 0].tolist() == [5, 0, 8]
    assert read.present[0].tolist() == [True, False, True]
