"""The command ``mmpose-ae``; beside the package, since importing that loads torch and MMPose."""

import os
import sys
from argparse import REMAINDER, ArgumentParser
from functools import partial
from importlib import import_module
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from runpy import run_path
from typing import Any, List, Optional

# Commands that are tools of their own: what mim runs, or finds in the .mim folder.
TOOLS = {
    'train': ('train.py', 'train a config'),
    'test': ('test.py', 'test a checkpoint; --choose-threshold for predict'),
    'check': ('dataset_converters/check_dataset.py', 'check a data set or an annotation file'),
}
# Modules with a function of the name of each other command, - being _.
MODULES = {
    'predict': 'mmpose_ae.commands.predict',
    'models': 'mmpose_ae.commands.models',
    'web': 'mmpose_ae.web.command',
    'export': 'mmpose_ae.commands.export',
    'submit': 'mmpose_ae.commands.submit',
    'report': 'mmpose_ae.commands.report',
    'train-score': 'mmpose_ae.commands.train_score',
    'mmpose': 'mmpose_ae.commands.mmpose',
    'setup': 'mmpose_ae.commands.setup',
}
LIGHT = {'predict', 'setup'}  # work without torch and MMPose
WITHOUT_MMPOSE = 'MMPOSE_AE_LIGHT'  # as in mmpose_ae.environment, which is not imported yet
INTERRUPTED = 130  # what shells say of Ctrl-C; as in mmpose_ae.cli.terminal
CLOSED_PIPE = 141  # what shells say of a program whose reader went away
OUTPUTS = 'pictures, json, jsonl, parquet, coco, csv, mmpose'


def main(arguments: Optional[List[str]] = None) -> int:
    """Do what the command line says.

    Args:
        arguments (list[str], optional): Instead of those of the process.

    Returns:
        int: Exit status: 0; 1 where something could not be done; 130 after Ctrl-C; 141 where nobody
        reads the output any more, as in ``mmpose-ae models | head``.
    """
    try:
        status = _run(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()  # else the last lines fail when Python ends
    except KeyboardInterrupt:  # before or after what a command itself tells of it
        print('\nstopped', file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE
    return status


def _run(arguments: List[str]) -> int:
    """Run the command that is named first."""
    if arguments and arguments[0] in {*TOOLS, *MODULES} - LIGHT and not _is_complete():
        return 1
    if arguments and arguments[0] in TOOLS:
        return _run_tool(*arguments)
    args = _build_parser().parse_args(arguments)
    if args.command == 'setup' or (args.command == 'predict' and _is_exported(args.model)):
        _leave_mmpose_out()
    return getattr(import_module(MODULES[args.command]), args.command.replace('-', '_'))(args)


def _is_exported(model: Optional[str]) -> bool:
    return bool(model) and model.endswith('.onnx')


def _leave_mmpose_out() -> None:
    """Let the package be imported without torch and MMPose: slow, not used, or not fit yet."""
    if 'mmpose_ae' not in sys.modules:
        os.environ[WITHOUT_MMPOSE] = '1'


def _is_complete() -> bool:
    """Whether torch and MMPose are installed; says how to get them."""
    installed = find_spec('mmengine') or find_spec('mmpose')
    if installed and not os.environ.get(WITHOUT_MMPOSE):
        return True  # and mmpose_ae itself looks for the others
    from mmpose_ae.environment import check_versions

    try:
        check_versions()
    except ImportError as error:
        print(f'error: {error}', file=sys.stderr)
    return False


def _run_tool(name: str, *arguments: str) -> int:
    """Run a tool, which calls itself by the name of the command."""
    mim = _package() / '.mim'  # a checkout that is not installed has none
    script = (mim if mim.is_dir() else mim.parents[1]) / 'tools' / TOOLS[name][0]
    spec = spec_from_file_location(script.stem, script)
    tool = module_from_spec(spec)
    spec.loader.exec_module(tool)
    sys.argv = [f'mmpose-ae {name}', *arguments]
    tool.main()
    return 0


def _package() -> Path:
    """The folder of the package, which is found, but not imported."""
    return Path(find_spec('mmpose_ae').origin).parent


def _version() -> str:
    return run_path(str(_package() / 'version.py'))['__version__']


def _build_parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog='mmpose-ae',
        description='Bottom-up multi-person pose estimation. Each command has a --help.',
    )
    parser.add_argument('--version', action='version', version=_version())
    commands = parser.add_subparsers(dest='command', required=True, metavar='COMMAND')
    add = partial(_add_command, commands)
    _add_predict(add('predict', 'SOURCE [SOURCE ...]', 'find the people in pictures and videos'))
    models = commands.add_parser('models', help='list the models that have a name')
    models.add_argument('--all', action='store_true', help='also those without published weights')
    _add_web(commands.add_parser('web', help='try models in the browser'))
    _add_export(add('export', 'CONFIG CHECKPOINT OUT.onnx', 'write a model to a file of ONNX'))
    _add_submit(add('submit', 'BOARD [CONFIG CHECKPOINT]', 'write or check what benchmarks take'))
    _add_report(add('report', 'CONFIG CHECKPOINT', 'write a page that says what is wrong'))
    _add_train_score(add('train-score', 'CONFIG CHECKPOINT', 'learn a score that ranks people'))
    _add_mmpose(add('mmpose', '[SCRIPT ...]', "run MMPose's own scripts, or list them"))
    _add_setup(commands.add_parser('setup', help='install what training and testing need'))
    for name, (_, what) in TOOLS.items():
        commands.add_parser(name, help=what, add_help=False)
    return parser


def _add_command(commands: Any, name: str, first: str, what: str) -> ArgumentParser:
    """A command with arguments, which come before options that take several values."""
    return commands.add_parser(name, usage=f'mmpose-ae {name} {first} [OPTIONS]', help=what)


def _add_predict(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add('source', nargs='+', metavar='SOURCE', help='pictures, videos, folders, patterns, lists in '
        '.txt files, webcam:0, http:// or rtsp:// addresses, - for standard input')  # fmt: skip
    model = parser.add_argument_group('the model; by default the newest run in work_dirs')
    add = model.add_argument
    add('--model', metavar='NAME',
        help='one of "mmpose-ae models", downloaded once, or an exported file.onnx')  # fmt: skip
    add('--config', help='a config, with --checkpoint')
    add('--checkpoint', help='weights: a file or an address')
    add('--cfg-options', nargs='+', default=[], metavar='KEY=VALUE', help='override settings')
    add('--device', help='cpu, cuda, cuda:1; by default a GPU if there is one')
    add('--batch-size', type=int, default=1, metavar='N', help='pictures at a time')
    add('--amp', action='store_true', help='mixed precision')
    add('--compile', action='store_true', help='compile the backbone')
    add('--channels-last', action='store_true', help='another order of numbers in memory')
    add('--flip', action='store_true', default=None, help='also look at the mirrored picture')
    add('--no-flip', action='store_false', dest='flip', help='do not')
    add('--scales', type=float, nargs='+', metavar='S', help='also look at other sizes')
    add('--backend', metavar='NAME', help='of exported files: onnxruntime, by default, or openvino')
    add('--threads', type=int, metavar='N', help='of exported files; by default one for each core')
    people = parser.add_argument_group('the people')
    add = people.add_argument
    add('--score-thr', type=float, metavar='P', help='least score of a person; by default what was '
        'chosen on validation data, or 0.2')  # fmt: skip
    add('--kpt-thr', type=float, default=0.3, metavar='P', help='least score of a drawn keypoint')
    add('--max-people', type=int, metavar='N', help='most people of a picture')
    add('--region', type=int, nargs=4, metavar=('LEFT', 'TOP', 'RIGHT', 'BOTTOM'),
        help='look only there, in pixels')  # fmt: skip
    add('--track', action='store_true', help='number people over the frames of videos')
    add('--track-colors', action='store_true',
        help='with --track: also know them by their colors, for three seconds')  # fmt: skip
    add('--smooth', action='store_true', help='with --track: smooth how their keypoints move')
    output = parser.add_argument_group('the output')
    add = output.add_argument
    add('--out', type=Path, metavar='FOLDER',
        help='where to; by default predictions, or predictions-2 and so on')  # fmt: skip
    add('--save', nargs='+', default=['pictures', 'json'], metavar='WHAT',
        help=f'of {OUTPUTS}; pictures and json by default')  # fmt: skip
    add('--show', action='store_true', help='show in a window')
    job = parser.add_argument_group('large jobs, see docs/predict.md')
    add = job.add_argument
    add('--shard', metavar='I/N', help='do the I-th of N parts, into a folder of its own')
    earlier = job.add_mutually_exclusive_group()
    add = earlier.add_argument
    add('--resume', action='store_true', help='go on where an interrupted run was (jsonl, parquet)')
    add('--overwrite', action='store_true', help='write over the files of an earlier run')


def _add_web(parser: ArgumentParser) -> None:
    model = parser.add_argument_group('a model besides the zoo and the runs in work_dirs')
    add = model.add_argument
    add('--model', metavar='NAME',
        help='one of "mmpose-ae models", downloaded once, or an exported file.onnx')  # fmt: skip
    add('--config', help='a config, with --checkpoint')
    add('--checkpoint', help='weights: a file or an address')
    parser.add_argument('--device', help='cpu, cuda, cuda:1; by default a GPU if there is one')
    page = parser.add_argument_group('the page')
    add = page.add_argument
    add('--host', default='127.0.0.1', help='who may look: 127.0.0.1, this computer alone, by '
        'default; 0.0.0.0 is everybody who reaches it')  # fmt: skip
    add('--port', type=int, default=7860, metavar='N', help='7860 by default')
    add('--max-megapixels', type=float, default=50, metavar='N',
        help='largest picture or frame, in millions of pixels; 50 by default')  # fmt: skip
    add('--max-frames', type=int, default=300, metavar='N', help='longest video; 300 by default')


def _add_export(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add('config', metavar='CONFIG', help='a config, or one of "mmpose-ae models --all"')
    add('checkpoint', metavar='CHECKPOINT', help='weights: a file or an address')
    add('out', type=Path, metavar='OUT.onnx', help='the file')
    add('--flip', action='store_true', default=None, help='also look at the mirrored picture; by '
        'default as the config says')  # fmt: skip
    add('--no-flip', action='store_false', dest='flip', help='do not')
    add('--cfg-options', nargs='+', default=[], metavar='KEY=VALUE', help='override settings')
    add('--license', metavar='NAME', help='of the weights, as in MIT or CC-BY-4.0: the file tells '
        'it; by default that of published weights')  # fmt: skip
    poses = parser.add_argument_group('people instead of candidates, see docs/cpp.md')
    poses.add_argument('--poses', action='store_true', help='do all of decoding in the file')
    poses.add_argument('--max-people', type=int, metavar='N', help='of a picture; 30 by default')
    poses.add_argument('--max-candidates', type=int, metavar='N', help='of a keypoint type; 30 by '
        'default')  # fmt: skip
    smaller = parser.add_argument_group('smaller files, see docs/export.md')
    kind = smaller.add_mutually_exclusive_group()
    for name, what in (('fp16', 'half as large'), ('int8', 'a quarter as large, and faster')):
        kind.add_argument(f'--{name}', action='store_const', dest='precision', const=name,
            default='fp32', help=what)  # fmt: skip
    smaller.add_argument('--calibration', type=int, metavar='N',
        help="pictures of the config's training data for int8; 100 by default")  # fmt: skip
    add('--overwrite', action='store_true', help='write over a file that is there')


def _add_submit(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add('board', choices=['coco', 'crowdpose', 'ochuman', 'mpii', 'posetrack'], metavar='BOARD',
        help='coco, crowdpose, ochuman, mpii or posetrack; see docs/leaderboards.md')  # fmt: skip
    add('config', nargs='?', metavar='CONFIG', help='a config')
    add('checkpoint', nargs='?', metavar='CHECKPOINT', help='weights: a file or an address')
    add('--results', type=Path, metavar='FILE', help='results that are there already instead; of '
        'posetrack a folder')  # fmt: skip
    add('--check', type=Path, metavar='FILE', help='only check this file; of posetrack a folder')
    add('--info', metavar='FILE', help='what lists the images, by default where docs/datasets.md '
        'puts it; of posetrack a folder')  # fmt: skip
    add('--images', metavar='FOLDER', help='where the images are')
    add('--score-thr', type=float, metavar='P', help='of posetrack: least score of a person who is '
        'new; 0.1 by default')  # fmt: skip
    add('--name', default='mmpose-ae', help='of the method, in the name of the file')
    add('--out', type=Path, default=Path('submission'), metavar='FOLDER',
        help='where to; submission by default')  # fmt: skip
    add('--cfg-options', nargs='+', default=[], metavar='KEY=VALUE', help='override settings')
    add('--overwrite', action='store_true', help='write over a file that is there')


def _add_report(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add('config', metavar='CONFIG', help='a config, which says what is tested on, and how')
    add('source', metavar='CHECKPOINT', help='weights, or a file of results (.json, .zip)')
    add('--compare', nargs='+', metavar='OTHER', help='also weights or results, after a config of '
        'their own if they have one: the same numbers side by side')  # fmt: skip
    add('--names', nargs='+', metavar='NAME', help='of what is compared, on the page')
    add('--out', type=Path, default=Path('report.html'), metavar='FILE.html',
        help='the page; report.html by default')  # fmt: skip
    add('--no-oracles', action='store_false', dest='oracles', help='do not test again with the '
        'truth in place of heatmaps and of tags, which takes three times as long')  # fmt: skip
    add('--resamples', type=int, default=1000, metavar='N',
        help='draws of images for intervals; 1000 by default')  # fmt: skip
    add('--cfg-options', nargs='+', default=[], metavar='KEY=VALUE', help='override settings')
    add('--overwrite', action='store_true', help='write over a file that is there')


def _add_train_score(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add('config', metavar='CONFIG', help='a config, which says what is tested, and how')
    add('checkpoint', metavar='CHECKPOINT', help='weights: a file or an address')
    add('--ann-file', metavar='FILE', help='annotated images to learn from, which the network has '
        'not seen; by default those of training')  # fmt: skip
    add('--images', metavar='FOLDER', help='where they are, with --ann-file')
    add('--num', type=int, default=2000, metavar='N', help='most of them; 2000 by default')
    add('--seed', type=int, default=0, metavar='N', help='of what is drawn at random')
    add('--out', type=Path, default=Path('score.npz'), metavar='FILE.npz',
        help='the score; score.npz by default')  # fmt: skip
    add('--cfg-options', nargs='+', default=[], metavar='KEY=VALUE', help='override settings')
    add('--overwrite', action='store_true', help='write over a file that is there')


def _add_mmpose(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add('script', nargs='?', metavar='SCRIPT', help='a name; without one they are listed')
    add('arguments', nargs=REMAINDER, metavar='...', help='what the script is given, as --help')


def _add_setup(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add('--cpu', action='store_true', help='a torch without CUDA, a tenth as large, from '
        "PyTorch's own index")  # fmt: skip
    add('--dry-run', action='store_true', help='only say what is to be done')


if __name__ == '__main__':
    sys.exit(main())
