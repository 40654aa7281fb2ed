"""Batching of network inputs."""
