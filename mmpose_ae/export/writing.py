"""From a config and a checkpoint to a file that was compared with the network."""

from pathlib import Path
from typing import Iterable, Iterator, Optional, Union

import onnx
import torch

from mmpose_ae.options import check_choice, check_count
from mmpose_ae.runtime.description import ENTRY
from mmpose_ae.whole_files import write_whole

from .checking import LIMITS, check_equal, check_people
from .exporting import INPUTS, example_inputs, to_onnx
from .graph import PoseGraph
from .loading import Loaded, load
from .metadata import describe, to_text
from .pictures import Picture, data_pictures
from .poses import DecodingInGraph
from .poses_checking import compare_poses
from .quantizing import to_int8

CALIBRATION = 100  # pictures
CHECKED = 50  # pictures on which a smaller file is compared


def write_file(
    config: Union[str, Path],
    checkpoint: Union[str, Path],
    out: Path,
    flip_test: Optional[bool] = None,
    cfg_options: Optional[dict] = None,
    poses: Optional[dict] = None,
    precision: str = 'fp32',
    calibration: int = CALIBRATION,
    license: Optional[str] = None,
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
        precision (str): ``'fp32'``; ``'fp16'``, half as large; or ``'int8'``, a quarter and
            faster, which needs the config's training and test data.
        calibration (int): Training pictures that tell the ranges of 8 bits; where the config has
            no training data those for testing do.
        license (str, optional): Of the weights, to be told by the file. None is that of published
            ones.

    Yields:
        str: What was done.

    Raises:
        CheckpointError: The weights cannot be read, or are of another network.
        Difference: The file would give something else than the network.
        FileNotFoundError: The data that are needed are not where the config says.
        ValueError: The network is not one that can be exported.
    """
    check_choice('precision', precision, ('fp32', *LIMITS))
    check_count('calibration', calibration, 1)
    loaded = load(config, checkpoint, cfg_options or {})
    graph = make_graph(loaded, flip_test, poses)
    # What is missing of data or metainfo is told before the minutes that tracing takes.
    seen = data_pictures(loaded, 'train', calibration) if precision == 'int8' else iter(())
    compared = data_pictures(loaded, 'test', CHECKED) if precision != 'fp32' else iter(())
    said = tell(loaded, graph, precision, license)
    model = to_onnx(graph.halved() if precision == 'fp16' else graph)
    if precision == 'int8':
        model = to_int8(model, _calibration_inputs(graph, seen))
    note(model, said)
    content = model.SerializeToString()
    if precision == 'fp32':
        yield _check(content, loaded, graph)
    else:
        own, *larger = check_people(graph, content, compared, precision)
        yield str(own)
        for agreement in larger:
            yield f'twice as wide or high: {agreement}'
    write_whole(out, content)


def _check(content: bytes, loaded: Loaded, graph: PoseGraph) -> str:
    """Compare a file with its network; says how far they are apart."""
    if graph.decoding is not None:
        return str(compare_poses(graph, content, loaded.input_size))
    return str(check_equal(graph, content, loaded.input_size))


def _calibration_inputs(graph: PoseGraph, pictures: Iterable[Picture]) -> Iterator[dict]:
    """Training pictures as the file takes them."""
    for picture in pictures:
        inputs = graph.inputs(picture.pixels, picture.edges)
        yield {name: value.numpy() for name, value in zip(INPUTS, inputs)}


def make_graph(
    loaded: Loaded, flip_test: Optional[bool] = None, poses: Optional[dict] = None
) -> PoseGraph:
    """The graph of a network, with the mirrored view or, by default, as its config says."""
    if flip_test is None:
        flip_test = loaded.model.test_cfg.get('flip_test', False)
    decoding = loaded.model.head.decoder.decoding
    in_graph = None if poses is None else DecodingInGraph(decoding, **poses)
    return PoseGraph(loaded.model, loaded.step, flip_test, in_graph)


def tell(loaded: Loaded, graph: PoseGraph, precision: str, license: Optional[str] = None) -> str:
    """What a file says about itself."""
    with torch.no_grad():
        grid = graph.propose(*example_inputs(graph)).grid
    flip_test, with_people = graph.views['flip_test'], graph.decoding is not None
    return to_text(describe(loaded, flip_test, precision, grid, with_people, license))


def note(model: onnx.ModelProto, said: str) -> None:
    """Write into a model what it is."""
    entry = model.metadata_props.add()
    entry.key, entry.value = ENTRY, said
