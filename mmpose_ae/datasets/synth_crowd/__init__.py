"""SynthCrowd: generated images and videos of crowds with COCO-format annotations.

Everything runs on it without a download: training, testing, the demo and the tests.
"""

from .clip import make_clip
from .generate import generate
from .preview import preview
from .scene import Scene, make_scene
from .settings import Settings, crossings

__all__ = ['Scene', 'Settings', 'crossings', 'generate', 'make_clip', 'make_scene', 'preview']
