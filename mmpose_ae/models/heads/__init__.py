"""Heads: dense predictions to losses in training and to instances in testing."""
