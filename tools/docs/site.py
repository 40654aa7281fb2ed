"""What MkDocs asks when it builds the site: pages are the repository's documents, where they lie.

A page has the path of its document, so that links between documents lead to the same place on the
site as in the repository, and no document is there twice. Beside them are pages for what is not
written in Markdown: one for every other file that a document links to, which shows its text, and
one for every module that ``nav`` in ``mkdocs.yml`` names, from its docstrings.
"""

import re
from pathlib import Path
from typing import Iterator, List

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ('*.md', 'docs/*.md', 'configs/*/README.md', 'projects/*/README.md')
PICTURES = ('docs/images/*', 'projects/*/images/*')
REFERENCE = 'reference/'  # pages of ``nav`` in this folder are made from docstrings
# The path in ](path#heading) and ]: path, but no address elsewhere.
LINK = re.compile(r'(?:(?<=\]\()|(?<=\]: ))(?!\w+:|#)([^)\s#]+)')
ROLE = re.compile(r':\w+:(?=<code)')  # :class:`Name`
LANGUAGES = {'.py': 'python', '.cpp': 'cpp', '.yml': 'yaml', '.sh': 'bash'}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages and pictures to what MkDocs has found, the theme."""
    for path in find(DOCUMENTS) + find(PICTURES):
        files.append(File.generated(config, name_of(path), abs_src_path=str(path)))
    for path in sorted(set(linked_files())):
        files.append(show_text(config, path))
    for page in named_in(config.nav):
        if page.startswith(REFERENCE):
            files.append(File.generated(config, page, content=describe_module(page)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Let links to folders lead to their README, and links to other files to their pages."""
    folder = (ROOT / page.file.src_uri).parent
    return LINK.sub(lambda link: link[1] + missing_part(folder / link[1]), markdown)


def on_page_content(html: str, page: Page, **_: object) -> str:
    """Leave out Sphinx's roles before names, and the list of headings where there is one alone."""
    if not any(heading.children for heading in page.toc):
        page.meta['hide'] = ['toc']  # tables have more room
    return ROLE.sub('', html)


def missing_part(target: Path) -> str:
    """What the address of the page for a file or folder has more than its path."""
    if (target / 'README.md').is_file():
        return '/README.md'
    return '.md' if is_text(target) else ''


def is_text(path: Path) -> bool:
    """Whether a file has a page that shows its text."""
    return path.is_file() and path.suffix != '.md' and path.parent.name != 'images'


def linked_files() -> Iterator[Path]:
    """The files other than documents and pictures to which documents link."""
    for document in find(DOCUMENTS):
        targets = ((document.parent / link).resolve() for link in LINK.findall(read(document)))
        yield from filter(is_text, targets)


def show_text(config: MkDocsConfig, path: Path) -> File:
    """A page with the text of a file, which searching leaves out."""
    language = LANGUAGES.get(path.suffix, 'text')
    head = f'---\nsearch:\n  exclude: true\n---\n\n# {path.name}\n\n`{name_of(path)}`\n\n'
    content = f'{head}~~~~~{language}\n{read(path)}~~~~~\n'
    inclusion = InclusionLevel.NOT_IN_NAV
    return File.generated(config, f'{name_of(path)}.md', content=content, inclusion=inclusion)


def describe_module(page: str) -> str:
    """A page for mkdocstrings, reference/PACKAGE.MODULE.md."""
    module = page.removeprefix(REFERENCE).removesuffix('.md')
    return f'# `{module}`\n\n::: {module}\n'


def named_in(nav: object) -> Iterator[str]:
    """The pages of ``nav``, a tree of lists and dictionaries of a title."""
    if isinstance(nav, str):
        yield nav
        return
    for item in nav.values() if isinstance(nav, dict) else nav:
        yield from named_in(item)


def find(patterns: tuple) -> List[Path]:
    """The files below the repository that fit one of some patterns."""
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern))


def name_of(path: Path) -> str:
    """The path of a file below the repository."""
    return path.relative_to(ROOT).as_posix()


def read(path: Path) -> str:
    """The text of a file."""
    return path.read_text(encoding='utf-8')
