"""Instance segmentation by tags: which pixels belong together."""

import mmpose_ae  # noqa: F401  (makes MMPose importable)
