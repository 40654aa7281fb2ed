"""Data transforms that MMPose lacks or gets wrong for bottom-up training and testing."""
