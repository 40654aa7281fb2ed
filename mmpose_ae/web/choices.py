"""The models that the page offers, one of them loaded at a time."""

from pathlib import Path
from threading import Lock
from typing import Dict, Iterable, Iterator, NamedTuple, Optional

from mmpose_ae.checkpoints import cache_path
from mmpose_ae.prediction import BasePredictor
from mmpose_ae.prediction.finding import list_runs
from mmpose_ae.prediction.predictor import Predictor
from mmpose_ae.prediction.zoo import list_models
from mmpose_ae.runtime import EXPORTED, RuntimePredictor


class Choice(NamedTuple):
    """A model that can be chosen.

    Attributes:
        title (str): What the page calls it.
        model (str): Config, name of the zoo, or exported file.
        checkpoint (str, optional): Its weights. None takes those that are published.
        is_here (bool): Whether its weights need no download.
    """

    title: str
    model: str
    checkpoint: Optional[str] = None
    is_here: bool = True

    def build(self, device: Optional[str]) -> BasePredictor:
        """Build its predictor, with the tags of keypoints where they are to be had."""
        if self.model.endswith(EXPORTED):
            return RuntimePredictor(self.model, device=device)
        return Predictor(self.model, self.checkpoint, device, keypoint_tags=True)


def list_choices() -> Iterator[Choice]:
    """Go through the models that need not be given: the newest run first, then the zoo.

    Yields:
        Choice: Of each.
    """
    for config, checkpoint in list_runs():
        yield Choice(f'{config.parent}: {Path(checkpoint).name}', str(config), checkpoint)
    published = [model for model in list_models() if model.weights]
    cached = {model.name: cache_path(model.weights).exists() for model in published}
    for model in sorted(published, key=lambda model: not cached[model.name]):
        note = '' if cached[model.name] else ' (to be downloaded)'
        yield Choice(model.name + note, model.name, is_here=cached[model.name])


class Models:
    """Load models by their titles; the last one stays loaded.

    Args:
        choices (iterable): What may be loaded; of equal titles the first counts.
        device (str, optional): Of every predictor.
    """

    def __init__(self, choices: Iterable[Choice], device: Optional[str] = None) -> None:
        self.choices: Dict[str, Choice] = {}
        for choice in choices:
            self.choices.setdefault(choice.title, choice)
        self._device = device
        self._lock = Lock()
        self._loaded: Optional[LoadedModel] = None

    @property
    def first(self) -> Optional[str]:
        """Title of the first model that needs no download; None if all do."""
        return next((title for title, choice in self.choices.items() if choice.is_here), None)

    def load(self, title: str) -> 'LoadedModel':
        """Load a model, unless it is loaded already.

        Args:
            title (str): Of one of the choices.

        Returns:
            LoadedModel: Ready to predict.

        Raises:
            ValueError: The model makes no sense.
            OSError: Its file cannot be read.
            ImportError: It is an exported file, and nothing that runs it is installed.
            CheckpointError: Its weights cannot be downloaded or read.
        """
        with self._lock:
            if self._loaded is None or self._loaded.title != title:
                self._loaded = None  # before the next one takes memory
                predictor = self.choices[title].build(self._device)
                self._loaded = LoadedModel(title, predictor.score_threshold, predictor)
                predictor.score_threshold = 0.0  # people are chosen on the page
            return self._loaded


class LoadedModel(NamedTuple):
    """A model that finds everybody, whatever their scores.

    Attributes:
        title (str): Of its choice.
        score_threshold (float): Least score of a person that was chosen for it.
        predictor (BasePredictor): The model.
    """

    title: str
    score_threshold: float
    predictor: BasePredictor
