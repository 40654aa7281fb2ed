"""The documentation site: built, and opened in a real browser."""

import os
import re
import shutil
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ('chromium', 'chromium-browser'))), None)
# Of `make docs`, or the one that is found.
PLACES = [*map(str, ROOT.glob('.venv*-docs/bin')), os.environ.get('PATH', '')]
MKDOCS = shutil.which('mkdocs', path=os.pathsep.join(PLACES))

if MKDOCS is None:
    pytest.skip('mkdocs is not installed (make docs)', allow_module_level=True)
if CHROMIUM is None:
    pytest.skip('Chromium is not installed (apt-get install chromium)', allow_module_level=True)
playwright = pytest.importorskip(
    'playwright.sync_api', reason='playwright is not installed (requirements/browser.txt)'
)


class Quiet(SimpleHTTPRequestHandler):
    """A handler that does not print what is asked for."""

    def log_message(self, *args):
        """Print nothing."""


@pytest.fixture(scope='module')
def address(tmp_path_factory):
    """Where the site is served; it is built so that every warning is an error."""
    folder = tmp_path_factory.mktemp('site')
    command = [MKDOCS, 'build', '--strict', '--quiet', '--site-dir', str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    handler = partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(('127.0.0.1', 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f'http://127.0.0.1:{server.server_port}'
        server.shutdown()


@pytest.fixture(scope='module')
def browser():
    with playwright.sync_playwright() as engines:
        yield engines.chromium.launch(executable_path=CHROMIUM)


@pytest.fixture(params=[400, 1280])
def page(request, browser, address):
    """A page of that width, which asks nobody but the site, and finds all that it asks for."""
    page, strange = browser.new_page(viewport=dict(width=request.param, height=900)), []
    page.on('request', lambda r: r.url.startswith((address, 'data:')) or strange.append(r.url))
    page.on('response', lambda r: r.ok or strange.append((r.status, r.url)))
    page.on('pageerror', lambda error: strange.append(error))
    yield page
    assert strange == []
    page.close()


PAGES = {
    '': 'Bottom-up multi-person pose estimation',
    'docs/configs/': 'ae_higherhrnet-w32_4xb12-300e_coco-512x512',
    'configs/center_group/': 'A transformer looks at all detected keypoints',
    'docs/troubleshooting/': "KeyError: 'inputs'",
    'reference/mmpose_ae.grouping/': 'DensityGrouping',
    'configs/_base_/schedules/mmpose_300e.py/': 'param_scheduler',
}


@pytest.mark.parametrize('name', PAGES)
def test_pages_fit_and_have_their_text(page, address, name):
    page.goto(f'{address}/{name}')
    playwright.expect(page.locator('article')).to_contain_text(PAGES[name])
    assert page.evaluate('document.documentElement.scrollWidth') == page.viewport_size['width']


def test_the_table_of_configs_is_filtered(page, address):
    page.goto(f'{address}/docs/configs/')
    rows = page.locator('article tbody tr:visible')
    everything = rows.count()
    page.locator('.filter').fill('centergroup crowdpose released')
    assert 0 < rows.count() < everything
    for text in rows.all_text_contents():
        assert 'CrowdPose' in text and 'released' in text
    page.locator('.filter').fill('')
    assert rows.count() == everything


def test_searching_finds_a_page(page, address):
    page.goto(address)
    if page.viewport_size['width'] < 1000:  # the field is behind a button
        page.locator('label.md-header__button[for=__search]').click()
    page.locator('.md-search__input').press_sequentially('chumpy')
    found = page.locator('.md-search-result__link').first
    found.wait_for(state='attached', timeout=60_000)  # the index is made in the browser
    playwright.expect(found).to_have_attribute('href', re.compile('troubleshooting|installation'))


def test_a_section_lists_its_first_page_too(page, address):
    """Which themes can take for the page of the section itself."""
    page.goto(f'{address}/docs/grouping/')
    listed = page.locator('.md-nav--primary .md-nav__link').all_text_contents()
    assert {'Associative Embedding', 'Papers'} <= {text.strip() for text in listed}


def test_a_table_without_headings_has_no_empty_row(page, address):
    page.goto(f'{address}/docs/predict/')
    table = page.locator('article table').first
    assert table.locator('thead').count() and not table.locator('thead').is_visible()
