"""Pictures of the project."""

from .step_plot import StepsOfImage, plot_steps

__all__ = ['StepsOfImage', 'plot_steps']
