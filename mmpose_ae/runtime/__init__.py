"""Exported models, run without torch and MMPose: onnxruntime or OpenVINO, and numpy."""

from .description import FORMAT, Description, read_description
from .model import EXPORTED, ExportedModel
from .predictor import RuntimePredictor

__all__ = [
    'EXPORTED',
    'FORMAT',
    'Description',
    'ExportedModel',
    'RuntimePredictor',
    'read_description',
]
