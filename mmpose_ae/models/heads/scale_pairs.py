"""Which scale adaptation and which loss of heatmaps belong together."""

from inspect import Parameter, signature
from typing import Optional

from torch import nn

PAIRS = (
    'LearnedScale belongs with WeightAdaptiveHeatmapLoss, InstanceScale with '
    'ScaleAdaptiveHeatmapLoss, and no heatmap_scale with a loss that takes no scale, as '
    'KeypointMSELoss'
)


def check_scale_pair(heatmap_scale: Optional[nn.Module], keypoint_loss: nn.Module) -> None:
    """Refuse a loss of heatmaps that would get no scale, one of another kind, or one too many.

    Both may declare in ``scale_kind`` what their scale means; who declares nothing is trusted.

    Args:
        heatmap_scale (nn.Module, optional): A :class:`HeatmapScale`, or None.
        keypoint_loss (nn.Module): The loss; where there is a strategy it is called with ``scale``.

    Raises:
        ValueError: Names both, and what belongs together.
    """
    if heatmap_scale is None:
        fits = not _needs_scale(keypoint_loss)
    else:
        kinds = {getattr(part, 'scale_kind', None) for part in (heatmap_scale, keypoint_loss)}
        fits = _takes_scale(keypoint_loss) and len(kinds - {None}) < 2
    if not fits:
        given = None if heatmap_scale is None else type(heatmap_scale).__name__
        raise ValueError(
            f'heatmap_scale={given} and keypoint_loss={type(keypoint_loss).__name__} do not belong '
            f'together: {PAIRS}'
        )


def _takes_scale(loss: nn.Module) -> bool:
    parameters = signature(loss.forward).parameters
    return 'scale' in parameters or any(
        parameter.kind == Parameter.VAR_KEYWORD for parameter in parameters.values()
    )


def _needs_scale(loss: nn.Module) -> bool:
    scale = signature(loss.forward).parameters.get('scale')
    return scale is not None and scale.default is Parameter.empty
