"""The command ``train-score``; its options are in ``mmpose_ae_cli``."""

from argparse import Namespace
from typing import Iterator

import numpy as np

from mmpose_ae.cli.command_line import read_config, read_settings
from mmpose_ae.cli.settings import type_setting
from mmpose_ae.cli.terminal import own_lines
from mmpose_ae.options import check_count
from mmpose_ae.score_learning.examples import find_examples, read_images
from mmpose_ae.score_learning.learning import learn
from mmpose_ae.whole_files import write_whole

from .out_file import check_ending, refuse_taken
from .telling import tell

ENDING = '.npz'


@own_lines()
def train_score(args: Namespace) -> int:
    """Learn a score that ranks people, and say what it is worth.

    Args:
        args (Namespace): The options of the command.

    Returns:
        int: Exit status: 1 where there is no score.
    """
    return tell(_learn(args))


def _learn(args: Namespace) -> Iterator[str]:
    _check(args)
    cfg = read_config(args.config, read_settings(args.cfg_options))
    task = read_images(cfg, args.ann_file, args.images)
    ids = sorted(image['id'] for image in task.content['images'])
    rng = np.random.default_rng(args.seed)
    drawn = rng.permutation(ids)[: args.num].tolist()
    yield f'people are looked for on {len(drawn)} of {len(ids)} images of {task.metric.ann_file}'
    if args.ann_file is None:
        yield 'the network has seen them in training, so it may be surer there than on other images'
    examples = find_examples(cfg, args.checkpoint, task, drawn)
    learned = learn(examples, task.names, task.sigmas, args.seed)
    yield f'learned from {learned.people} people'
    before, after = learned.before, learned.after
    yield f'AP of the images held out: {before:.3f} before, {after:.3f} with the score'
    if after < before:
        yield 'so this score ranks people worse than without: learn from more images (--num)'
    write_whole(args.out, learned.score.to_bytes())
    setting = type_setting('model.head.decoder.learned_score', str(args.out))
    yield f'written: {args.out}; --cfg-options {setting} uses it'


def _check(args: Namespace) -> None:
    """Refuse what cannot end well before minutes of work."""
    check_count('--num', args.num, 2)
    if (args.ann_file is None) != (args.images is None):
        raise ValueError('--ann-file and --images belong together')
    check_ending(args.out, ENDING)
    refuse_taken(args.out, args.overwrite)
