"""What the servers and official scripts of benchmarks take, made and checked."""

from .boards import BOARDS, Board
from .checking import check_file
from .files import read_entries, read_image_ids, write_submission
from .results import Prepared, check_entries, prepare

__all__ = [
    'BOARDS',
    'Board',
    'Prepared',
    'check_entries',
    'check_file',
    'prepare',
    'read_entries',
    'read_image_ids',
    'write_submission',
]
