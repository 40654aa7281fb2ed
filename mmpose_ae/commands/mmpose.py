"""Run MMPose's own scripts: ``mmpose-ae mmpose SCRIPT``.

They import MMPose first, which fails where mmcv has no compiled operators. Here this package is
imported before them, which stands in for what is missing and registers what configs name.
"""

import sys
from argparse import Namespace
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from runpy import run_path
from typing import Dict

from mmpose_ae.cli.command_line import find_projects


def mmpose(args: Namespace) -> int:
    """Run a script of MMPose, or list those that there are.

    Args:
        args (Namespace): ``script``, its name or None for the list, and ``arguments``, what it is
            given.

    Returns:
        int: Exit status: 1 where there is no such script, or it needs what is not installed.
    """
    scripts = _find_scripts()
    if args.script is None:
        for name, path in scripts.items():
            print(f'{name:32}{path.parent.name}')
        return 0
    if args.script not in scripts:
        print(f'error: {_unknown(args.script, scripts)}', file=sys.stderr)
        return 1
    sys.argv[1:] = args.arguments
    find_projects()
    try:
        run_path(str(scripts[args.script]), run_name='__main__')
    except ModuleNotFoundError as error:
        print(f'error: {args.script} needs {error.name}, which is not installed', file=sys.stderr)
        return 1
    return 0


def _find_scripts() -> Dict[str, Path]:
    """Scripts by name, in the order of their folders; ``train`` and ``test`` are commands here."""
    tools = Path(find_spec('mmpose').origin).parent / '.mim' / 'tools'
    return {path.stem: path for path in sorted(tools.glob('*/*.py'))}


def _unknown(name: str, scripts: Dict[str, Path]) -> str:
    close = get_close_matches(name.removesuffix('.py'), scripts)
    advice = f'did you mean {" or ".join(close)}?' if close else '"mmpose-ae mmpose" lists them'
    return f'MMPose has no script {name}; {advice}'
