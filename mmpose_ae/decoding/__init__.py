"""The half of decoding that runs on the host: named arrays of a network to people."""

from .center_decoding import CenterDecoding
from .completion import Completion
from .decoding import Decoding
from .learned_score import LearnedScore
from .missing import MISSING_RULES, find_missing
from .offset_decoding import OffsetDecoding
from .pose_features import pose_features
from .read_poses import read_poses
from .reading import DECODINGS, read_decoding
from .refinement import refine_cells
from .scoring import CenterOffsetScoring, MeanScoring
from .suppression import PoseSuppression
from .tag_decoding import TagDecoding

__all__ = [
    'DECODINGS',
    'MISSING_RULES',
    'CenterDecoding',
    'CenterOffsetScoring',
    'Completion',
    'Decoding',
    'LearnedScore',
    'MeanScoring',
    'OffsetDecoding',
    'PoseSuppression',
    'TagDecoding',
    'find_missing',
    'pose_features',
    'read_decoding',
    'read_poses',
    'refine_cells',
]
