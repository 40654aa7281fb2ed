"""The metric of the project."""

from .invented_instances_metric import InventedInstancesMetric

__all__ = ['InventedInstancesMetric']
