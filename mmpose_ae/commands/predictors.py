"""Which predictor a command asks for: of a config and its weights, or of an exported file."""

import warnings
from argparse import Namespace
from typing import List, Optional, Union

from mmpose_ae.cli.model_options import check_named
from mmpose_ae.environment import LIGHT, is_light
from mmpose_ae.images import check_reader
from mmpose_ae.prediction import BasePredictor
from mmpose_ae.runtime import EXPORTED, RuntimePredictor

# Options that a config and PyTorch serve, and what they are where they are not given.
OF_CONFIGS = dict(
    config=None,
    checkpoint=None,
    cfg_options=[],
    compile=False,
    channels_last=False,
    flip=None,
    scales=None,
)
OF_FILES = dict(backend=None, threads=None)  # that an exported file serves
SHARED = ('device', 'batch_size', 'amp', 'max_people', 'region', 'smooth')


def build_predictor(args: Namespace) -> BasePredictor:
    """Build what finds the people.

    Args:
        args (Namespace): The options of ``mmpose-ae predict``.

    Returns:
        BasePredictor: Of the file that ``model`` names if that ends with ``.onnx``, else of a
        config.

    Raises:
        ValueError: The options contradict each other, or there is no such model.
        ImportError: A package that this kind of model needs is not installed.
        OSError: A file cannot be read.
    """
    options = {name: getattr(args, name) for name in SHARED}
    options['score_threshold'] = _least_score(args.score_thr)
    options['track'] = _tracking(args)
    build = _of_file if args.model and args.model.endswith(EXPORTED) else _of_config
    predictor = build(args, options)
    if args.score_thr is None:  # the predictor has told which score it takes
        print('--score-thr sets another score, a lower one to see those who are less sure')
    return predictor


def _least_score(given: Optional[float]) -> Optional[float]:
    """What the user wants; warns of what all people have, or none."""
    if given is not None and (given < 0 or given > 1):
        warnings.warn(f'--score-thr is {given:g}, but scores are about 0 to 1', stacklevel=2)
    return given


def _tracking(args: Namespace) -> Union[bool, dict]:
    if args.track_colors and not args.track:
        raise ValueError('--track-colors is of people who are tracked: it needs --track, too')
    return dict(colors={}) if args.track_colors else args.track


def _of_file(args: Namespace, options: dict) -> BasePredictor:
    refused = _given(args, OF_CONFIGS)
    if refused:
        raise ValueError(
            f'{args.model} is an exported file, in which {", ".join(refused)} cannot be changed: '
            'export it so, or give the config and its checkpoint'
        )
    check_reader()
    backend = args.backend or 'onnxruntime'
    return RuntimePredictor(args.model, backend=backend, threads=args.threads, **options)


def _of_config(args: Namespace, options: dict) -> BasePredictor:
    refused = _given(args, OF_FILES)
    if refused:
        raise ValueError(f'{", ".join(refused)} are for an exported file: --model FILE{EXPORTED}')
    check_named(args)
    if is_light():
        raise ImportError(
            f'MMPose is not installed, or {LIGHT} leaves it out, so only exported files can be '
            f'used, --model FILE{EXPORTED}: docs/installation.md says how to install it'
        )
    from mmpose_ae.checkpoints import CheckpointError
    from mmpose_ae.cli.command_line import read_settings
    from mmpose_ae.prediction.predictor import Predictor

    try:
        return Predictor(
            args.model or args.config,
            args.checkpoint,
            compile=args.compile,
            channels_last=args.channels_last,
            flip=args.flip,
            scales=args.scales,
            cfg_options=read_settings(args.cfg_options),
            **options,
        )
    except (CheckpointError, TypeError) as error:  # of the weights; an unknown option of a part
        raise ValueError(str(error)) from error


def _given(args: Namespace, defaults: dict) -> List[str]:
    """Those of some options that were given, as they are written."""
    given = [name for name, default in defaults.items() if getattr(args, name) != default]
    names = ('no-flip' if (name, args.flip) == ('flip', False) else name for name in given)
    return [f'--{name.replace("_", "-")}' for name in names]
