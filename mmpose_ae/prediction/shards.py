"""A part of a large job: every machine of a job array does some of the names."""

import re
from itertools import islice
from typing import Iterable, Iterator, NamedTuple


class Shard(NamedTuple):
    """One of the parts that a job is split into.

    Attributes:
        number (int): Which one, from 1 on.
        count (int): How many there are.
    """

    number: int
    count: int

    @classmethod
    def parse(cls, text: str) -> 'Shard':
        """Read a part as it is written.

        Args:
            text (str): ``'3/8'`` is the third of eight.

        Returns:
            Shard: That part.

        Raises:
            ValueError: It is none.
        """
        found = re.fullmatch(r'(\d+)/(\d+)', text)
        shard = cls(*map(int, found.groups())) if found else cls(0, 0)
        if not 1 <= shard.number <= shard.count:
            raise ValueError(f'a shard is I/N, from 1/N to N/N, got {text!r}')
        return shard

    def take(self, names: Iterable[str]) -> Iterator[str]:
        """Choose the names of this part, every N-th one, so that parts take about equally long.

        Args:
            names (iterable): All names of the job; the same ones, in the same order, for each part.

        Returns:
            iterator: Each name is in exactly one part.
        """
        return islice(names, self.number - 1, None, self.count)

    @property
    def folder(self) -> str:
        """Name of the folder of what this part writes."""
        return f'shard-{self.number:05}-of-{self.count:05}'
