"""SynthCrowd: generated images of crowds with COCO-format annotations.

Everything runs on it without a download: training, testing, the demo and the tests.
"""

from .generate import generate
from .preview import preview
from .scene import Scene, make_scene
from .settings import Settings

__all__ = ['Scene', 'Settings', 'generate', 'make_scene', 'preview']
