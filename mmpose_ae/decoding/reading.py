"""Decodings from what a file says about them."""

from typing import Mapping

from mmpose_ae.options import check_choice, read_options

from .center_decoding import CenterDecoding
from .decoding import Decoding
from .learned_score import LearnedScore
from .offset_decoding import OffsetDecoding
from .tag_decoding import TagDecoding

DECODINGS = {cls.__name__: cls for cls in (TagDecoding, OffsetDecoding, CenterDecoding)}
NEEDED = ('grouping', 'scoring')  # parts that no decoding that has them does without


def read_decoding(options: Mapping) -> Decoding:
    """Make a decoding from its options.

    Args:
        options (mapping): What :meth:`Decoding.to_dict` gives; options that are left out have their
            defaults.

    Returns:
        Decoding: Of the ``type`` that the options name.

    Raises:
        ValueError: If the type or a value is none of those that there are.
        TypeError: If an option is unknown, or is not of the kind that it should be.
    """
    given = dict(options)
    kind = given.pop('type', None)
    check_choice('type of decoding', kind, DECODINGS)
    for name in NEEDED:
        if name in given and given[name] is None:
            raise ValueError(f'{name} of {kind} must have options, got None')
    parts = dict(DECODINGS[kind].parts, learned_score=LearnedScore.from_text)
    for name, read in parts.items():
        if given.get(name) is not None:
            given[name] = read(given[name])
    return read_options(DECODINGS[kind], kind, given)
