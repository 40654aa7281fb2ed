"""Exported models, run without torch and MMPose: onnxruntime or OpenVINO, and numpy."""

from .description import FORMAT, Description, read_description
from .model import ExportedModel
from .predictor import RuntimePredictor

__all__ = ['FORMAT', 'Description', 'ExportedModel', 'RuntimePredictor', 'read_description']
