"""Parts of a page: tables, cells, bars. All text is escaped here."""

from html import escape
from typing import Iterable, List, NamedTuple, Sequence, Union


class Markup(str):
    """Text that is HTML already."""


class Table(NamedTuple):
    """A table of a page.

    Attributes:
        headings (sequence[str]): Of the columns, units included.
        rows (list): Cells of each row; the first one names it.
    """

    headings: Sequence[str]
    rows: List[Sequence[Union[str, Markup]]]

    def html(self) -> Markup:
        """The table, which is scrolled by itself where it is too wide."""
        head = ''.join(f'<th scope="col">{text(each)}</th>' for each in self.headings)
        body = ''.join(f'<tr>{_row(cells)}</tr>' for cells in self.rows)
        return Markup(
            f'<div class="wide"><table><thead><tr>{head}</tr></thead>'
            f'<tbody>{body}</tbody></table></div>'
        )


def _row(cells: Sequence[str]) -> str:
    first, *rest = (text(cell) for cell in cells)
    return f'<th scope="row">{first}</th>' + ''.join(f'<td>{cell}</td>' for cell in rest)


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


def side_by_side(parts: Iterable[str]) -> Markup:
    """Parts in columns where there is room."""
    return Markup(f'<div class="columns">{"".join(f"<div>{text(p)}</div>" for p in parts)}</div>')


def number(value: float, digits: int = 3, signed: bool = False) -> str:
    """A number, or a dash where there is none."""
    if value != value:
        return '–'
    return f'{value:{"+" if signed else ""}.{digits}f}'.replace('-', '−')
