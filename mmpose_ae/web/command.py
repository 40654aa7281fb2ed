"""The command ``web``; its options are in ``mmpose_ae_cli``."""

import os
import signal
import sys
from argparse import Namespace
from itertools import chain
from pathlib import Path
from socket import create_server
from tempfile import TemporaryDirectory
from typing import Iterator

from mmpose_ae.cli.model_options import check_named
from mmpose_ae.environment import is_installed, read_requirements
from mmpose_ae.options import check_count, check_inside
from mmpose_ae.runtime import EXPORTED

from .choices import Choice, Models, list_choices
from .uploads import Limits

GRADIO = 'gradio'
PATIENCE = 1  # seconds for open pages, which keep asking, after Ctrl-C
LARGEST_FILE = '500mb'  # pixels and frames are looked at later
LARGEST_PICTURE = 178.9  # megapixels; of larger ones Pillow tells no size


def web(args: Namespace) -> int:
    """Serve the page until it is interrupted.

    Args:
        args (Namespace): The options of the command.

    Returns:
        int: Exit status: 1 where it cannot be served.
    """
    try:
        _check(args)
    except ValueError as error:
        print(f'error: {error}', file=sys.stderr)
        return 1
    models = Models(chain(_given(args), list_choices()), device=args.device)
    with TemporaryDirectory(prefix='mmpose_ae_') as cache:
        os.environ['GRADIO_TEMP_DIR'] = cache  # not where everybody can read it
        try:
            _serve(models, args)
        except (OSError, OverflowError) as error:  # taken, not allowed; no port at all
            print(f'error: {args.host}:{args.port} cannot be served: {error}', file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            pass
    return 0


def _check(args: Namespace) -> None:
    """Refuse what keeps the page from being served, before anything is loaded."""
    if not is_installed(GRADIO):
        ((name, versions),) = read_requirements('web.txt')
        raise ValueError(f'the page needs gradio: pip install "{name}{versions}"')
    if args.model and args.model.endswith(EXPORTED):
        if args.checkpoint or args.config:
            raise ValueError(
                f'{args.model} is an exported file: no --config and no --checkpoint besides'
            )
    else:
        check_named(args)
    for path in _list_files(args):
        if not Path(path).is_file():
            raise ValueError(f'{path} is not there')
    check_count('--max-frames', args.max_frames, 1)
    check_inside('--max-megapixels', args.max_megapixels, 0, LARGEST_PICTURE)


def _list_files(args: Namespace) -> Iterator[str]:
    """What the command line gives that is no name of the zoo and no address."""
    for path in (args.model, args.config):
        if path and path.endswith((EXPORTED, '.py')):
            yield path
    if args.checkpoint and '://' not in args.checkpoint:
        yield args.checkpoint


def _given(args: Namespace) -> Iterator[Choice]:
    """The model that the command line names."""
    model = args.config or args.model
    if model:
        name = Path(model).stem if args.config else model
        weights = f': {Path(args.checkpoint).name}' if args.checkpoint else ''
        yield Choice(name + weights, model, args.checkpoint)


def _serve(models: Models, args: Namespace) -> None:
    """Serve the page; not by gradio's own launch, which asks the network for more than it needs."""
    os.environ['GRADIO_ANALYTICS_ENABLED'] = 'False'
    import uvicorn
    from fastapi import FastAPI
    from gradio import mount_gradio_app

    from .page import build_page

    page = build_page(models, Limits(args.max_megapixels, args.max_frames))
    app = mount_gradio_app(
        FastAPI(),
        page,
        '/',
        ssr_mode=False,
        footer_links=[],
        run_history=False,
        max_file_size=LARGEST_FILE,
    )
    with create_server((args.host, args.port)) as listener:
        host, port = listener.getsockname()
        print(f'the page is at http://{host}:{port} (Ctrl-C ends it)', flush=True)
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # uploads are deleted then, too
        settings = uvicorn.Config(app, log_level='warning', timeout_graceful_shutdown=PATIENCE)
        uvicorn.Server(settings).run([listener])
