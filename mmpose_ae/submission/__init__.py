"""What the servers and official scripts of benchmarks take, made and checked."""

from .boards import BOARDS, MPII_FILE, POSETRACK_FILE, Board, name_file
from .checking import check_file
from .files import read_entries, read_image_ids, write_submission, write_zip
from .results import Prepared, check_entries, prepare

__all__ = [
    'BOARDS',
    'Board',
    'MPII_FILE',
    'POSETRACK_FILE',
    'Prepared',
    'check_entries',
    'check_file',
    'name_file',
    'prepare',
    'read_entries',
    'read_image_ids',
    'write_submission',
    'write_zip',
]
