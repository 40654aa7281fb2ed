"""Single-person refinement: a network that sees one person at a time votes on those found."""

from .boxes import Boxes
from .crops import cut_square
from .rules import RULES, AverageVotes, ReplaceByVotes, WeighVotes
from .votes import Votes, read_votes
from .voting import VOTINGS, ReleasedVoting, TopdownVoting, VotingNetwork

__all__ = [
    'RULES',
    'VOTINGS',
    'AverageVotes',
    'Boxes',
    'ReleasedVoting',
    'ReplaceByVotes',
    'TopdownVoting',
    'Votes',
    'VotingNetwork',
    'WeighVotes',
    'cut_square',
    'read_votes',
]
