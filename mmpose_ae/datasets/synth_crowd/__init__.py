"""SynthCrowd: generated images of crowds with COCO-format annotations.

Everything runs on it without a download: training, testing, the demo and the tests.
"""

from .generate import generate
from .preview import preview
from .scene import Scene, Settings, crowd_index, make_scene

__all__ = ['Scene', 'Settings', 'crowd_index', 'generate', 'make_scene', 'preview']
