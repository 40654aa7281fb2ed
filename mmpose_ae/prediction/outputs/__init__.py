"""Files that predictions are written to."""

from .output import OUTPUTS, Header, Output, open_outputs

__all__ = ['OUTPUTS', 'Header', 'Output', 'open_outputs']
