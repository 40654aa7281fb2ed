"""Predict a folder of pictures with Ray Data, on one machine or on a cluster.

    pip install "ray[data]" "mmpose_ae[parquet]"
    python examples/predict_with_ray.py FOLDER --model NAME --out people.parquet --workers 2

Each worker holds a model, and Ray hands it the names of pictures, which must mean the same on every
machine. What comes out is the table of ``mmpose-ae predict --save parquet``. A video is one name,
done by one worker.
"""

from argparse import ArgumentParser, Namespace
from typing import Dict

import numpy as np
import pyarrow
import ray
from ray.data import ActorPoolStrategy, Dataset

from mmpose_ae import Predictor
from mmpose_ae.prediction import Failure
from mmpose_ae.prediction.listing import list_names
from mmpose_ae.prediction.outputs import Header
from mmpose_ae.prediction.outputs.parquet import make_failed_row, make_row, make_schema


class Worker:
    """A model in a process of its own.

    Args:
        options (dict): Of :class:`Predictor`.
    """

    def __init__(self, options: dict) -> None:
        self.predictor = Predictor(**options)
        names, skeleton = self.predictor.keypoint_names, self.predictor.skeleton
        threshold = self.predictor.score_threshold
        self.schema = make_schema(Header(self.predictor.name, names, skeleton, threshold, 0.0))

    def __call__(self, batch: Dict[str, np.ndarray]) -> pyarrow.Table:
        """Predict the pictures of a batch.

        Args:
            batch (dict): ``path``, their names.

        Returns:
            pyarrow.Table: A row of each picture, also of those that cannot be read.
        """
        rows, names = [], batch['path'].tolist()

        def note(failure: Failure) -> None:
            rows.append(make_failed_row(*failure))

        for prediction in self.predictor(names, keep_images=False, on_failure=note):
            rows.append(make_row(prediction))
        return pyarrow.Table.from_pylist(rows, schema=self.schema)


def predict(
    source: str, options: dict, workers: int = 2, names_each: int = 16, gpus: float = 0
) -> Dataset:
    """Plan the work; Ray does it when the result is written or read.

    Args:
        source (str): See :func:`list_names`.
        options (dict): Of :class:`Predictor`.
        workers (int): Models that work beside each other.
        names_each (int): Names that a worker gets at a time.
        gpus (float): GPUs of each worker; 0.5 has two share one.

    Returns:
        Dataset: The rows.
    """
    names = ray.data.from_items([dict(path=name) for name in list_names(source)])
    return names.map_batches(
        Worker,
        fn_constructor_args=(options,),
        batch_size=names_each,
        compute=ActorPoolStrategy(size=workers),
        num_gpus=gpus,
    )


def parse() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add('source', help='a folder, a pattern or a list of names')
    add('--model', help='a name of "mmpose-ae models", or a config')
    add('--checkpoint', help='weights, with a config')
    add('--batch-size', type=int, default=1, help='pictures that a network sees at a time')
    add('--out', default='people.parquet', help='folder of the table')
    add('--workers', type=int, default=2)
    add('--names-each', type=int, default=16, help='names that a worker gets at a time')
    add('--gpus', type=float, default=0, help='of each worker')
    return parser.parse_args()


def main() -> None:
    """Predict and write."""
    args = parse()
    options = dict(model=args.model, checkpoint=args.checkpoint, batch_size=args.batch_size)
    rows = predict(args.source, options, args.workers, args.names_each, args.gpus)
    rows.write_parquet(args.out)


if __name__ == '__main__':
    main()
