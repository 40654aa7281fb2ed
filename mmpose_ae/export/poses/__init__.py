"""All of decoding by tags in tensors of fixed size, for graphs that give people."""

from .decoding import DecodingInGraph

__all__ = ['DecodingInGraph']
