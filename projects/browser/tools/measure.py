"""Time the page in Chromium beside Python: the same file and pictures, one thread each, in turn.

Milliseconds are those of a clock, from a decoded picture to its people, and the ratio is that of
the page to Python: read the ratio where other programs run.
"""

import base64
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Dict, Iterator, Tuple

import numpy as np
from chromium import open_page

from mmpose_ae.images import read_image
from mmpose_ae.runtime import ExportedModel

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
    const { people, times } = await window.measured.predict(picture);
    return [people.length, times.network, times.decoding];
}"""
STEPS = ('network', 'decoding')
WARM_UP = 3


def encode(path: Path) -> str:
    """The content of a file as text."""
    return base64.b64encode(path.read_bytes()).decode()


def predict(model: ExportedModel, image: np.ndarray) -> Tuple[int, float, float]:
    """Find people as the page does: how many, and the milliseconds of the two steps."""
    start = time.perf_counter()
    given = model.prepare(image)
    outputs = model.run(given.pixels[None], [given.frame])
    middle = time.perf_counter()
    (poses,) = model.decode(outputs, given.pixels[None])
    return len(poses), 1e3 * (middle - start), 1e3 * (time.perf_counter() - middle)


def measure(args: Namespace) -> Iterator[Tuple[np.ndarray, np.ndarray]]:
    """Of each picture what the page, and what Python says of it."""
    model = ExportedModel(args.model, threads=1)
    with open_page() as page:
        page.evaluate(OPEN, encode(args.model))
        for path in [*args.pictures[:1] * WARM_UP, *args.pictures]:
            there, here = page.evaluate(PREDICT, encode(path)), predict(model, read_image(path))
            yield np.array(there), np.array(here)


def summarize(times: np.ndarray) -> Dict[str, float]:
    """Median and ninth decile of milliseconds."""
    return dict(zip(('median', 'p90'), np.percentile(times, [50, 90]).round(1).tolist()))


def main() -> None:
    """Measure, and print a line of each step."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('model', type=Path, help='an exported file')
    parser.add_argument('pictures', type=Path, nargs='+')
    args = parser.parse_args()
    page, python = np.array([*measure(args)])[WARM_UP:].transpose(1, 0, 2)
    same = (page[:, 0] == python[:, 0]).sum()
    print(f'{len(page)} pictures, as many people on {same}')
    for column, step in enumerate(STEPS, 1):
        there, here = page[:, column], python[:, column]
        ratio = np.median(there) / np.median(here)
        print(f'{step}: page {summarize(there)} Python {summarize(here)} ratio {ratio:.2f}')


if __name__ == '__main__':
    main()
