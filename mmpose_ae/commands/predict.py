"""The command ``predict``; its options are in ``mmpose_ae_cli``."""

import sys
import time
from argparse import Namespace
from contextlib import ExitStack, closing
from pathlib import Path
from typing import List, Union

from tqdm import tqdm

from mmpose_ae.cli.terminal import INTERRUPTED, own_lines
from mmpose_ae.prediction import BasePredictor, Failure, Prediction
from mmpose_ae.prediction.background import Behind
from mmpose_ae.prediction.job import Job
from mmpose_ae.prediction.outputs import Header, Output
from mmpose_ae.prediction.shards import Shard

from .predictors import build_predictor

DEPTH = 4  # predictions that wait to be drawn
# Options that predictions do not depend on, or that others stand for in the record of a run.
UNRECORDED = (
    'command', 'source', 'model', 'config', 'checkpoint', 'device', 'batch_size', 'compile',
    'channels_last', 'backend', 'threads', 'kpt_thr', 'out', 'save', 'show', 'shard', 'resume',
    'overwrite',
)  # fmt: skip


@own_lines()
def predict(args: Namespace) -> int:
    """Predict sources and write the outputs.

    Args:
        args (Namespace): The options of the command.

    Returns:
        int: Exit status: 1 where a picture could not be read, 130 after Ctrl-C.
    """
    names = [*args.save, *(['window'] if args.show else [])]
    try:
        shard = Shard.parse(args.shard) if args.shard else None
        job = Job(names, args.out, shard, args.resume, args.overwrite)
        predictor = build_predictor(args)
        run = _Run(predictor, job, _header(predictor, args.kpt_thr), _settings(predictor, args))
    except (ImportError, OSError, ValueError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 1
    return run.go(args.source)


def _settings(predictor: BasePredictor, args: Namespace) -> dict:
    """What predictions depend on: by these an interrupted run is known to go on as it began."""
    given = {name: value for name, value in vars(args).items() if name not in UNRECORDED}
    threshold = predictor.score_threshold
    return {**given, **predictor.fingerprint(), 'model': predictor.name, 'score_thr': threshold}


def _header(predictor: BasePredictor, keypoint_threshold: float) -> Header:
    return Header(
        predictor.name,
        predictor.keypoint_names,
        predictor.skeleton,
        predictor.score_threshold,
        keypoint_threshold,
    )


class _Run:
    """One run of the command: from the sources through the network to the outputs."""

    def __init__(self, predictor: BasePredictor, job: Job, header: Header, settings: dict) -> None:
        self._predictor, self._job = predictor, job
        self._outputs = job.open(header, settings)
        self._people = self._pictures = 0
        self._failures: List[Failure] = []
        self._paths: List[Path] = []

    def go(self, sources: List[str]) -> int:
        """Do all; says at the end what was done, also when it was interrupted."""
        start = time.perf_counter()
        try:
            self._predict(sources)
            self._job.finish()
            status = int(bool(self._failures))
        except KeyboardInterrupt:
            status = INTERRUPTED
        except OSError as error:
            print(f'error: {error}', file=sys.stderr)
            status = 1
        self._summarize(time.perf_counter() - start)
        return status

    def _predict(self, sources: List[str]) -> None:
        """Predict and write; whatever happens, what waits is drawn and files are finished."""
        with ExitStack() as ending:
            for output in self._outputs:
                ending.callback(self._close, output)
            write = self._write
            if not self._job.shows:  # a window belongs to the thread that opened it
                behind = ending.enter_context(closing(Behind(self._write, DEPTH)))
                write = behind.put
            predictions = self._predictor(self._job.pictures(sources), on_failure=write)
            ending.enter_context(closing(predictions))
            for prediction in tqdm(predictions, unit='pictures', disable=None):
                write(prediction)

    def _close(self, output: Output) -> None:
        self._paths += output.close()

    def _write(self, result: Union[Prediction, Failure]) -> None:
        """Hand a result to every output; runs beside the network, unless in a window."""
        with self._predictor.stopwatch('drawing'):
            if isinstance(result, Failure):
                self._failures.append(result)
                tqdm.write(f'not read: {result.reason}', file=sys.stderr)
                for output in self._outputs:
                    output.fail(*result)
                return
            self._pictures += 1
            self._people += len(result)
            for output in self._outputs:
                output.write(result)

    def _summarize(self, seconds: float) -> None:
        failed = f', {len(self._failures)} not read' if self._failures else ''
        if self._job.skipped:
            print(f'{self._job.skipped} pictures or videos were done before')
        pictures = f'{self._pictures} picture{"" if self._pictures == 1 else "s"}'
        print(f'{self._people} people in {pictures}{failed}, {seconds:.1f} s')
        if not self._people and self._predictor.left_out:
            print(
                f'{self._predictor.left_out} people have a score below '
                f'{self._predictor.score_threshold:g}: --score-thr takes a lower one'
            )
        count = max(self._pictures, 1)
        parts = ('reading', 'network', 'decoding', 'drawing')
        spent = self._predictor.stopwatch.seconds
        each = ', '.join(f'{part} {1e3 * spent[part] / count:.1f}' for part in parts)
        print(f'milliseconds of a picture, some of them beside each other: {each}')
        for folder in sorted({str(path.parent) for path in self._paths}):
            print(f'written: {folder}')
