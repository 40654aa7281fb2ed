"""From a config and a checkpoint to a file that was compared with the network."""

from pathlib import Path
from typing import Iterator, Optional, Union

import onnx
import torch

from mmpose_ae.whole_files import write_whole

from .checking import LIMIT, check_equal
from .exporting import example_inputs, to_onnx
from .graph import PoseGraph
from .loading import Loaded, load
from .metadata import KEY, describe, to_text
from .poses import DecodingInGraph
from .poses_checking import compare_poses


def write_file(
    config: Union[str, Path],
    checkpoint: Union[str, Path],
    out: Path,
    flip_test: Optional[bool] = None,
    cfg_options: Optional[dict] = None,
    poses: Optional[dict] = None,
) -> Iterator[str]:
    """Export a network to a file, which is there only once it gives what the network gives.

    Args:
        config (str | Path): A config, or a name of the zoo.
        checkpoint (str | Path): Its weights: a file or an address.
        out (Path): The file.
        flip_test (bool, optional): Also look at the mirrored picture. None does as the config says.
        cfg_options (dict, optional): Settings of the config to override.
        poses (dict, optional): Let the file give people: options of :class:`DecodingInGraph`. None
            leaves grouping to the host.

    Yields:
        str: What was done.

    Raises:
        CheckpointError: The weights cannot be read, or are of another network.
        Difference: The file would give something else than the network.
        ValueError: The network is not one that can be exported.
    """
    loaded = load(config, checkpoint, cfg_options or {})
    graph = make_graph(loaded, flip_test, poses)
    model = to_onnx(graph)
    note(model, loaded, graph)
    content = model.SerializeToString()
    if poses is None:
        difference = check_equal(graph, content, loaded.resize.input_size)
        yield f'largest difference to PyTorch: {difference:.2g}, allowed are {LIMIT:g}'
    else:
        yield f'{compare_poses(graph, content, loaded.resize.input_size)}'
    write_whole(out, content)


def make_graph(
    loaded: Loaded, flip_test: Optional[bool] = None, poses: Optional[dict] = None
) -> PoseGraph:
    """The graph of a network, with the mirrored view or, by default, as its config says."""
    if flip_test is None:
        flip_test = loaded.model.test_cfg.get('flip_test', False)
    decoding = loaded.model.head.decoder.decoding
    in_graph = None if poses is None else DecodingInGraph(decoding, **poses)
    return PoseGraph(loaded.model, loaded.step, flip_test, in_graph)


def note(model: onnx.ModelProto, loaded: Loaded, graph: PoseGraph) -> None:
    """Write into a model what it is."""
    with torch.no_grad():
        grid = graph.propose(*example_inputs(graph)).grid
    entry = model.metadata_props.add()
    entry.key = KEY
    with_people = graph.decoding is not None
    entry.value = to_text(describe(loaded, graph.views['flip_test'], grid, with_people))
