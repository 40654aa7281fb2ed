"""Pictures of poses, tags, groups and attention; the ``*_pictures`` run trained models."""

from .attention_pictures import draw_attention
from .attention_plot import ImageAttention, plot_attention
from .colors import instance_colors, match_instances
from .components import first_component, principal_components
from .contact_sheet import contact_sheet
from .crowding_plots import plot_correlations, plot_margins
from .embedding_pictures import TrainedModel, draw_embeddings
from .embedding_plot import ImageEmbedding, plot_embeddings
from .instance_color_visualizer import InstanceColorVisualizer
from .learned_scale_pictures import draw_learned_scales
from .learned_scale_plot import plot_learned_scales
from .loading import load_model
from .map_plot import plot_maps
from .maps_of_image import crop_maps
from .person_heatmap_pictures import draw_person_heatmaps
from .person_heatmap_plot import plot_person_heatmaps
from .prediction_pictures import draw_predictions
from .sampling_pictures import draw_sampling
from .sampling_plot import plot_sampling
from .saving import save_figures
from .scale_pictures import draw_scales
from .scale_plot import InstanceScale, plot_scale_maps, plot_scale_vectors
from .skeletons import draw_instances
from .stages_pictures import draw_stages
from .stages_plot import StagesOfImage, plot_stages
from .tag_plot import plot_tags
from .val_images import choose_images

__all__ = [
    'ImageAttention',
    'ImageEmbedding',
    'InstanceColorVisualizer',
    'InstanceScale',
    'StagesOfImage',
    'TrainedModel',
    'choose_images',
    'contact_sheet',
    'crop_maps',
    'draw_attention',
    'draw_embeddings',
    'draw_instances',
    'draw_learned_scales',
    'draw_person_heatmaps',
    'draw_predictions',
    'draw_sampling',
    'draw_scales',
    'draw_stages',
    'first_component',
    'instance_colors',
    'load_model',
    'match_instances',
    'plot_attention',
    'plot_correlations',
    'plot_embeddings',
    'plot_learned_scales',
    'plot_maps',
    'plot_margins',
    'plot_person_heatmaps',
    'plot_sampling',
    'plot_scale_maps',
    'plot_scale_vectors',
    'plot_stages',
    'plot_tags',
    'principal_components',
    'save_figures',
]
