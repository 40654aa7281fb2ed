"""Recurrent association: one person per step, and knowing when to stop."""

import mmpose_ae  # noqa: F401  (makes MMPose importable)
