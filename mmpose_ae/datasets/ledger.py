"""What a review of an annotation file finds wrong, and what it repairs or leaves out."""

from collections import Counter
from typing import List

LISTED = 10


class Ledger:
    """Notes of one review.

    Args:
        path (str): The annotation file.

    Attributes:
        findings (list[str]): A sentence for each fault that only its author can mend.
        repairs (Counter): How many entries were repaired or left out, by reason.
    """

    def __init__(self, path: str) -> None:
        self.path = str(path)
        self.findings: List[str] = []
        self.repairs: Counter = Counter()

    def refuse(self, fault: object) -> None:
        """Note a fault, text or an error that says it."""
        self.findings.append(str(fault))

    def repair(self, reason: str, count: int = 1) -> None:
        """Note that as many entries were repaired or left out."""
        if count:
            self.repairs[reason] += count

    def error(self) -> ValueError:
        """Make one error of all findings: the first ones, and how many more there are."""
        count = len(self.findings)
        lines = [f'annotation file {self.path} has {count} fault{"s" if count > 1 else ""}:']
        lines += [f'- {finding}' for finding in self.findings[:LISTED]]
        if count > LISTED:
            lines.append(f'and {count - LISTED} more, which check_dataset.py --ann lists')
        return ValueError('\n'.join(lines))

    def summary(self) -> str:
        """Say what was repaired and left out, one reason a line; nothing if nothing was."""
        if not self.repairs:
            return ''
        lines = [f'annotation file {self.path}, repaired while reading:']
        lines += [f'- {count} {reason}' for reason, count in self.repairs.items()]
        return '\n'.join(lines)
