"""Notes in a checkpoint that is there already."""

import io
from typing import Any

import torch

from mmpose_ae.whole_files import write_whole

from .reading import entry_of_weights, load_from_local


def note_in_meta(path: str, **notes: Any) -> None:
    """Write something into the meta of a checkpoint; all else stays as it is.

    Weights alone, without entries around them, come under ``state_dict``.

    Args:
        path (str): A file.
        **notes: Numbers or text by name.

    Raises:
        CheckpointError: It is no checkpoint that can be read.
        FileNotFoundError: It is not there, or an address.
    """
    checkpoint = load_from_local(path, map_location='cpu')
    whole = checkpoint if entry_of_weights(checkpoint) else dict(state_dict=checkpoint)
    whole['meta'] = {**(whole.get('meta') or {}), **notes}
    content = io.BytesIO()
    torch.save(whole, content)
    write_whole(path, content.getvalue())
