"""Datasets of instances by their names."""

from mmengine.registry import DefaultScope

from mmpose_ae.registry import DATASETS
from projects.instance_segmentation import datasets  # noqa: F401  (registers them)


def build(kind, root, **options):
    """A dataset by its name."""
    options.setdefault('ann_file', 'names.txt')
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        return DATASETS.build(dict(type=kind, data_root=str(root), **options))
