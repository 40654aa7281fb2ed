"""Instance segmentation by tags: which pixels belong together."""

import mmpose_ae  # noqa: F401  (makes MMPose importable)

from . import datasets, decoding, evaluation, models, visualization

__all__ = ['datasets', 'decoding', 'evaluation', 'models', 'visualization']
