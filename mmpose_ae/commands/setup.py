"""Install what training and testing need besides the light core: ``mmpose-ae setup``."""

import shlex
import subprocess
import sys
from argparse import Namespace
from importlib.util import find_spec
from typing import Dict, Iterator, List

from mmpose_ae.environment import find_faults, group_by_install

CPU_BUILDS = 'https://download.pytorch.org/whl/cpu'


def setup(args: Namespace) -> int:
    """Install what is missing or of a version that does not fit, by pip.

    Args:
        args (Namespace): Of the command line: ``cpu``, a torch without CUDA, and ``dry_run``.

    Returns:
        int: Exit status: 0, or 1 where pip fails or there is none.
    """
    faults = find_faults()
    if not faults:
        print('everything is installed')
        return 0
    for command in _commands(group_by_install(faults), args.cpu):
        print(shlex.join(command), flush=True)
        if args.dry_run:
            continue
        if find_spec('pip') is None:
            print('error: there is no pip here; --dry-run says all that is to do', file=sys.stderr)
            return 1
        if subprocess.call([sys.executable, '-m', *command]):
            print('error: pip could not do that', file=sys.stderr)
            return 1
    return 0


def _commands(packages: Dict[str, List[str]], cpu: bool) -> Iterator[List[str]]:
    """What pip is told, one after the other; torch comes first where its index is another one."""
    for install, requirements in packages.items():
        torch = [each for each in requirements if cpu and each.startswith('torch>')]
        if torch:
            yield [*install.split(), *torch, '--index-url', CPU_BUILDS]
        others = [each for each in requirements if each not in torch]
        if others:
            yield [*install.split(), *others]
