"""Time the page in Chromium beside Python: the same file and pictures, one thread each, in turn.

Milliseconds of the steps are those of a clock, from a decoded picture to its people, and the ratio
is that of the page to Python: read the ratio where other programs run. The last line is processor
time, which they disturb less: means of the whole way from the file of a picture, everything that
the page's process does meanwhile included. People are compared where both sides decode the same
outputs, those of Python.
"""

import base64
import json
import math
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Callable, Dict, Iterator, Tuple

import numpy as np
from chromium import open_page
from playwright.sync_api import Page

from mmpose_ae.images import read_image
from mmpose_ae.runtime import ExportedModel
from mmpose_ae.runtime.description import ENTRY
from mmpose_ae.runtime.onnx_file import read_metadata

# The page's own way to its network, in its thread.
OPEN = """async (file) => {
    const { Network } = await import('./network.js');
    const bytes = Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
    window.measured = new Network();
    await window.measured.open(bytes.buffer);
}"""
PREDICT = """async (file) => {
    const bytes = Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes]), { colorSpaceConversion: 'none' });
    const { times } = await window.measured.predict(picture);
    return [times.network, times.decoding];
}"""
DECODE = """async ([{ decoding, grid }, outputs]) => {
    const { makeDecoder } = await import('./decoding/decoding.js');
    const types = { float32: Float32Array, bool: Uint8Array };
    for (const tensor of Object.values(outputs)) {
        const bytes = Uint8Array.from(atob(tensor.base64), (letter) => letter.charCodeAt(0));
        tensor.data = new types[tensor.type](bytes.buffer);
    }
    return makeDecoder(decoding, grid, Object.keys(outputs))(outputs)
        .map(({ keypoints }) => keypoints.map(({ x, y }) => [x, y]));
}"""
STEPS = ('network', 'decoding')
WARM_UP = 10  # pictures, while Chromium compiles
SAME = 0.01  # pixels of the input


def encode(content: bytes) -> str:
    """Write bytes as text."""
    return base64.b64encode(content).decode()


class Here:
    """The exported file in Python.

    Args:
        path (Path): The file.
    """

    def __init__(self, path: Path) -> None:
        self.model = ExportedModel(path, threads=1)
        self.about = json.loads(read_metadata(path)[ENTRY])

    def predict(self, path: Path) -> Tuple[float, float]:
        """Find people as the page does; gives the milliseconds of the two steps."""
        image = read_image(path)
        start = time.perf_counter()
        given = self.model.prepare(image)
        self.outputs = self.model.run(given.pixels[None], [given.frame])
        middle = time.perf_counter()
        (self.poses,) = self.model.decode(self.outputs, given.pixels[None])
        return 1e3 * (middle - start), 1e3 * (time.perf_counter() - middle)

    def distance(self, page: Page) -> float:
        """Largest one of the page's keypoints, in pixels of the input; NaN of unequal numbers."""
        tensors = {
            name: dict(type=str(each.dtype), dims=each.shape, base64=encode(each.tobytes()))
            for name, each in self.outputs.items()
        }
        keypoints = page.evaluate(DECODE, [self.about, tensors])
        if len(keypoints) != len(self.poses):
            return math.nan
        found = np.reshape(keypoints, self.poses.keypoints.shape)
        return np.abs(found - self.poses.keypoints).max(initial=0)


class There:
    """The exported file on the page.

    Args:
        page (Page): Of playwright.
        path (Path): The file.
    """

    def __init__(self, page: Page, path: Path) -> None:
        self.page = page
        self._system = page.context.browser.new_browser_cdp_session()
        page.evaluate(OPEN, encode(path.read_bytes()))

    def predict(self, path: Path) -> Tuple[float, float]:
        """Find the people of a picture; gives the milliseconds of the two steps."""
        return tuple(self.page.evaluate(PREDICT, encode(path.read_bytes())))

    def process_time(self) -> float:
        """Seconds of processor time that the page has taken, in steps of the system's (0.01)."""
        processes = self._system.send('SystemInfo.getProcessInfo')['processInfo']
        return sum(each['cpuTime'] for each in processes if each['type'] == 'renderer')


def measure(args: Namespace) -> Iterator[Tuple[float, ...]]:
    """Of each picture what :func:`timed` gives of the page and of Python, and the distance."""
    here = Here(args.model)
    with open_page() as page:
        there = There(page, args.model)
        for path in [*args.pictures[:1] * WARM_UP, *args.pictures]:
            on_page = timed(there.predict, path, there.process_time)
            in_python = timed(here.predict, path, time.process_time)
            yield (*on_page, *in_python, here.distance(page))


def timed(
    predict: Callable[[Path], Tuple[float, float]], path: Path, process_time: Callable[[], float]
) -> Tuple[float, ...]:
    """Milliseconds of the two steps, and of the processor for the whole way."""
    start = process_time()
    return (*predict(path), 1e3 * (process_time() - start))


def summarize(times: np.ndarray) -> Dict[str, float]:
    """Least, median and ninth decile of milliseconds."""
    values = np.percentile(times, [0, 50, 90]).round(1).tolist()
    return dict(zip(('least', 'median', 'p90'), values))


def main() -> None:
    """Measure, and print a line of each step."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('model', type=Path, help='an exported file')
    parser.add_argument('pictures', type=Path, nargs='+')
    args = parser.parse_args()
    rows = np.array([*measure(args)])[WARM_UP:]
    apart = rows[:, -1]
    print(f'{len(rows)} pictures; the same people, to {SAME} pixels, on {(apart < SAME).sum()}')
    there, here = np.split(rows[:, :-1], 2, axis=1)
    for column, step in enumerate(STEPS):
        on_page, in_python = there[:, column], here[:, column]
        ratio = np.median(on_page) / np.median(in_python)
        print(f'{step}: page {summarize(on_page)} Python {summarize(in_python)} ratio {ratio:.2f}')
    on_page, in_python = there[:, -1].mean(), here[:, -1].mean()
    print(f'processor: page {on_page:.1f} Python {in_python:.1f} ratio {on_page / in_python:.2f}')


if __name__ == '__main__':
    main()
