"""Pictures of tags, groups and poses."""

from .colors import instance_colors, match_instances
from .components import first_component
from .contact_sheet import contact_sheet
from .instance_color_visualizer import InstanceColorVisualizer
from .map_plot import plot_maps
from .maps_of_image import crop_maps
from .skeletons import draw_instances
from .tag_plot import plot_tags

__all__ = [
    'InstanceColorVisualizer',
    'contact_sheet',
    'crop_maps',
    'draw_instances',
    'first_component',
    'instance_colors',
    'match_instances',
    'plot_maps',
    'plot_tags',
]
