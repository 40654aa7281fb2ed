"""SynthCrowd: generated images of crowds with COCO-format annotations.

Everything runs on it without a download: training, testing, the demo and the tests.
"""

from .crowd_index import crowd_index
from .generate import generate
from .preview import preview
from .scene import Scene, make_scene
from .settings import Settings

__all__ = ['Scene', 'Settings', 'crowd_index', 'generate', 'make_scene', 'preview']
