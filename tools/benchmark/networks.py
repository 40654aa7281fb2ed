"""Time networks on the CPU by ONNX Runtime, one beside the other, and count their work.

Give configs, whose networks get random weights (the time does not depend on them), and ONNX files,
exported ones or others (``tools/benchmark/peers.py``). Of a config that is the network and its
search for candidates, for one view of one image; of a file whatever is in it. Milliseconds are CPU
time of one thread, which other programs disturb less than the clock; the sides run in turn.
"""

import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Callable, Dict, Iterator, List, Tuple

import numpy as np
import onnx
import onnxruntime
import torch
from mmengine.registry import DefaultScope
from torch import Tensor, nn

from mmpose_ae.cli.benchmark import WARM_UP, run
from mmpose_ae.cli.command_line import read_config
from mmpose_ae.codecs import Maps
from mmpose_ae.models.heads import groups_by_tags
from mmpose_ae.registry import MODELS

OPSET = 18
# Of weights: float32, float16 and what int8 files have.
WEIGHT_TYPES = {getattr(onnx.TensorProto, name) for name in ('FLOAT', 'FLOAT16', 'INT8', 'UINT8')}
Shapes = Dict[str, Tuple[int, ...]]


class CandidateNetwork(nn.Module):
    """An estimator up to where the host takes over: images to candidates.

    Args:
        model (nn.Module): A bottom-up estimator that groups by tags.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: Tensor) -> Tuple[Tensor, ...]:
        """Find candidates in (B, 3, H, W): scores, cells and tags, of fixed sizes."""
        head = self.model.head
        outputs = head(self.model.extract_feat(images))[-1]
        return tuple(head.decoder.propose(Maps(outputs.heatmaps[-1], outputs.tags)).candidates)


def write_onnx(config: Path, size: Tuple[int, int], path: Path) -> None:
    """Export the network of a config, with random weights, for images of one size.

    Args:
        config (Path): The config.
        size (tuple): Of the images (w, h), in pixels.
        path (Path): The file to write.

    Raises:
        SystemExit: If the network does not group by tags.
    """
    cfg = read_config(config, {})
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        model = MODELS.build(cfg.model)
    if not groups_by_tags(model.head):
        raise SystemExit(f'{config}: {type(model.head).__name__} does not group by tags')
    network = CandidateNetwork(model).eval()
    images = torch.rand(1, 3, *size[::-1])
    torch.onnx.export(
        network, (images,), path, dynamo=True, opset_version=OPSET, external_data=False,
        verbose=False,
    )  # fmt: skip


def count_work(path: Path) -> Dict[str, float]:
    """Count the weights of a file and the multiplications of its convolutions and matrices.

    Args:
        path (Path): A file of ONNX.

    Returns:
        dict: ``parameters_m``, millions, batch norm merged into convolutions; ``gmacs``, billions,
        None of a file for images of all sizes.
    """
    graph = onnx.shape_inference.infer_shapes(onnx.load(path)).graph
    shapes = {w.name: tuple(w.dims) for w in graph.initializer}
    for value in (*graph.input, *graph.value_info, *graph.output):
        shapes[value.name] = tuple(d.dim_value for d in value.type.tensor_type.shape.dim)
    weights = [w for w in graph.initializer if w.data_type in WEIGHT_TYPES]
    parameters = sum(np.prod(w.dims, dtype=np.int64) for w in weights)
    gmacs = None
    if all(shapes[graph.input[0].name]):
        gmacs = round(sum(_multiplications(node, shapes) for node in graph.node) / 1e9, 3)
    return dict(parameters_m=round(parameters / 1e6, 2), gmacs=gmacs)


def _multiplications(node: onnx.NodeProto, shapes: Shapes) -> int:
    """Of one image: an output of a convolution reads the channels of its group in its window."""
    if node.op_type in ('MatMul', 'Gemm'):
        return np.prod(shapes[node.output[0]]) * shapes[node.input[0]][-1]
    if node.op_type in ('Conv', 'ConvTranspose'):
        side = node.output[0] if node.op_type == 'Conv' else node.input[0]
        return np.prod(shapes[side]) * np.prod(shapes[node.input[1]][1:])
    return 0


def open_session(path: Path, size: Tuple[int, int]) -> Callable[[], List[np.ndarray]]:
    """Load a file, and make a call of it that runs on a random image in one thread.

    Args:
        path (Path): A file of ONNX.
        size (tuple): Of the image (w, h), in pixels.

    Returns:
        callable: Gives the outputs.

    Raises:
        SystemExit: If the file is not for one image of that size.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=['CPUExecutionProvider'])
    image, *others = session.get_inputs()
    rng, (width, height) = np.random.default_rng(0), size
    if others:
        raise SystemExit(f'{path}: it has the input {others[0].name} besides the image')
    if image.shape[-1] == 3:  # bytes of all sizes, as `mmpose-ae export` has them, or MoveNet
        dtype = image.type[len('tensor(') : -1]
        feed = rng.integers(0, 256, (1, height, width, 3)).astype(dtype)
    elif image.shape == [1, 3, height, width]:
        feed = rng.random(image.shape, np.float32)
    else:
        raise SystemExit(f'{path}: its input is {image.shape}, expected (1, 3, {height}, {width})')
    return lambda: session.run(None, {image.name: feed})


def cpu_times(calls: Dict[str, Callable], repeats: int) -> Dict[str, np.ndarray]:
    """Milliseconds of CPU time of each call, which run in turn."""
    times = {name: [] for name in calls}
    for _ in range(WARM_UP + repeats):
        for name, call in calls.items():
            start = time.process_time()
            call()
            times[name].append(1e3 * (time.process_time() - start))
    return {name: np.array(values[WARM_UP:]) for name, values in times.items()}


def benchmark(args: Namespace) -> Iterator[Dict]:
    """Give one row per network; ``ratio`` is its time over that of the first one."""
    files = {}
    with TemporaryDirectory() as folder:
        for source in args.networks:
            if source.stem in files:
                raise SystemExit(f'two networks are named {source.stem}')
            files[source.stem] = source
            if source.suffix == '.py':
                files[source.stem] = Path(folder, f'{source.stem}.onnx')
                write_onnx(source, args.size, files[source.stem])
        calls = {name: open_session(path, args.size) for name, path in files.items()}
        times = cpu_times(calls, args.repeats)
        first = np.median(next(iter(times.values())))
        for name, values in times.items():
            low, middle, high = np.percentile(values, [25, 50, 75])
            yield dict(
                network=name,
                cpu_ms=round(middle, 2),
                cpu_quartiles_ms=[round(low, 2), round(high, 2)],
                ratio=round(middle / first, 2),
                **count_work(files[name]),
            )


def main() -> None:
    """Time the networks."""
    parser = ArgumentParser(description=__doc__)
    add = parser.add_argument
    add('networks', type=Path, nargs='+', metavar='CONFIG', help='configs, or files of ONNX')
    add('--size', type=int, nargs=2, default=[512, 512], metavar=('W', 'H'), help='of the images')
    add('--repeats', type=int, default=20, help='timed runs of each, after warm-up')
    add('--json', type=Path, metavar='FILE', help='write the rows to this file')
    args = parser.parse_args()
    run(benchmark(args), args)


if __name__ == '__main__':
    main()
