"""Parts of a page: tables, cells, bars. All text is escaped here."""

from html import escape
from typing import Collection, Iterable, List, NamedTuple, Sequence, Union


class Markup(str):
    """Text that is HTML already."""


class Table(NamedTuple):
    """A table of a page.

    Attributes:
        headings (sequence[str]): Of the columns, units included.
        rows (list): Cells of each row; the first one names it, the others are numbers or bars.
        words (collection[int]): Columns of words, which begin at the left.
    """

    headings: Sequence[str]
    rows: List[Sequence[Union[str, Markup]]]
    words: Collection[int] = ()

    def html(self) -> Markup:
        """The table, which is scrolled by itself where it is too wide."""
        head = self._row(self.headings, 'th scope="col"')
        body = ''.join(f'<tr>{self._row(cells, "td")}</tr>' for cells in self.rows)
        return Markup(
            f'<div class="wide"><table><thead><tr>{head}</tr></thead>'
            f'<tbody>{body}</tbody></table></div>'
        )

    def _row(self, cells: Sequence[str], tag: str) -> str:
        end = tag.split()[0]
        first, *rest = (text(cell) for cell in cells)
        shown = [f'<th scope="row">{first}</th>']
        for place, cell in enumerate(rest, 1):
            kind = ' class="words"' if place in self.words else ''
            shown.append(f'<{tag}{kind}>{cell}</{end}>')
        return ''.join(shown)


def text(value: str) -> Markup:
    """Escape text that is not HTML already."""
    return value if isinstance(value, Markup) else Markup(escape(value))


def paragraph(*sentences: str, kind: str = '') -> Markup:
    """Sentences in a paragraph, of a class of the style sheet."""
    return Markup(f'<p class="{kind}">{" ".join(map(text, sentences))}</p>')


def bold(value: str) -> Markup:
    """Text in bold letters."""
    return Markup(f'<b>{text(value)}</b>')


def bar(value: float, most: float) -> Markup:
    """A bar, as long as a part of the longest one; nothing for what is not positive."""
    part = 100 * value / most if most > 0 and value > 0 else 0
    return Markup(f'<span class="bar"><span style="width:{part:.1f}%"></span></span>')


def section(name: str, heading: str, parts: Iterable[str]) -> Markup:
    """A part of the page with a heading, to which links lead by its name."""
    content = ''.join(map(text, parts))
    return Markup(f'<section id="{name}"><h2>{text(heading)}</h2>{content}</section>')


def side_by_side(parts: Iterable[str], kind: str = '') -> Markup:
    """Parts in columns where there is room, ``'narrow'`` ones or wider."""
    columns = ''.join(f'<div>{text(part)}</div>' for part in parts)
    return Markup(f'<div class="columns {kind}">{columns}</div>')


def number(value: float, digits: int = 3, signed: bool = False) -> str:
    """A number, or a dash where there is none."""
    if value != value:
        return '–'
    rounded = round(value, digits) + 0.0  # which is not -0
    return f'{rounded:{"+" if signed else ""}.{digits}f}'.replace('-', '−')
