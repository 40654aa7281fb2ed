"""What a review of an annotation file finds wrong, and what it repairs or leaves out."""

from collections import Counter
from typing import List, Optional

LISTED = 10


class AnnotationError(ValueError):
    """An annotation file is not what its dataset can be made of."""


class Ledger:
    """Notes of one review.

    Args:
        path (str): The annotation file.

    Attributes:
        findings (list[str]): A sentence for each fault that only its author can mend.
        repairs (Counter): How many entries were repaired or left out, by reason.
        remarks (Counter): How many entries are odd but stay as they are, by reason.
    """

    def __init__(self, path: str) -> None:
        self.path = str(path)
        self.findings: List[str] = []
        self.repairs: Counter = Counter()
        self.remarks: Counter = Counter()

    def refuse(self, fault: object) -> None:
        """Note a fault, text or an error that says it."""
        self.findings.append(str(fault))

    def list_findings(self, limit: Optional[int] = None) -> str:
        """List the faults one a line, or the first ones and how many more there are."""
        count = len(self.findings)
        lines = [f'annotation file {self.path} has {count} fault{"s" if count > 1 else ""}:']
        lines += [f'- {finding}' for finding in self.findings[:limit]]
        if limit is not None and count > limit:
            lines.append(f'and {count - limit} more, which mmpose-ae check --ann lists')
        return '\n'.join(lines)

    def raise_findings(self) -> None:
        """Raise one error that lists the first faults, if there are any.

        Raises:
            AnnotationError: There are some.
        """
        if self.findings:
            raise AnnotationError(self.list_findings(LISTED))

    def summary(self) -> str:
        """Say what was repaired, left out or odd, a reason a line; nothing if nothing was."""
        parts = []
        for title, counter in (('repaired', self.repairs), ('left as it is', self.remarks)):
            if counter:
                parts.append(f'annotation file {self.path}, {title}:')
                parts += [f'- {reason}: {count}' for reason, count in counter.items()]
        return '\n'.join(parts)
