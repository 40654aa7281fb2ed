"""Optimiser wrappers and hooks that MMEngine lacks."""
