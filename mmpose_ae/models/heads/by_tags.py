"""Which heads make people by tags."""

from torch import nn


def groups_by_tags(head: nn.Module) -> bool:
    """Say whether a head predicts tags, by which its codec groups.

    Args:
        head (nn.Module): Any head of a pose estimator.

    Returns:
        bool: False for heads that find people in another way.
    """
    decoder = getattr(head, 'decoder', None)
    return 'tags' in getattr(head, 'channels', ()) and hasattr(decoder, 'tag_threshold')
