"""Files that predictions are written to."""

from .output import OUTPUTS, Header, Output, check_outputs, open_outputs, resume_outputs

__all__ = ['OUTPUTS', 'Header', 'Output', 'check_outputs', 'open_outputs', 'resume_outputs']
