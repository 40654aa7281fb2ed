"""Figures become files of a folder."""

from pathlib import Path
from typing import Iterable, List, Tuple, Union

from matplotlib.figure import Figure


def save_figures(
    figures: Iterable[Tuple[str, Figure]],
    out_dir: Union[str, Path],
    dpi: Union[float, str] = 'figure',
) -> List[Path]:
    """Save figures one by one, as they come.

    Args:
        figures (iterable): Names without an ending, and figures.
        out_dir (str | Path): Folder of the pictures, made if missing.
        dpi (float | str): Pixels per inch; by default as many as the figure has.

    Returns:
        list[Path]: ``NAME.png`` for each figure.
    """
    out_dir = Path(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, figure in figures:
        paths.append(out_dir / f'{name}.png')
        figure.savefig(paths[-1], dpi=dpi)
    return paths
