"""The page of a report in a real browser."""

import shutil

import planted
import pytest

from mmpose_ae_cli import main

CHROMIUM = next(filter(None, map(shutil.which, ('chromium', 'chromium-browser'))), None)

if CHROMIUM is None:
    pytest.skip('Chromium is not installed (apt-get install chromium)', allow_module_level=True)
playwright = pytest.importorskip(
    'playwright.sync_api', reason='playwright is not installed (requirements/browser.txt)'
)


@pytest.fixture(scope='module')
def addresses(tmp_path_factory):
    """A report of one network, and one of two."""
    folder = tmp_path_factory.mktemp('report')
    content, entries = planted.scene()
    config = str(planted.write_config(folder, content))
    first = planted.write_results(folder / 'first.json', entries[::2])
    moved = [planted.moved(entry, lambda points: points + [8.1, 0]) for entry in entries]
    other = planted.write_results(folder / 'a_long_name_of_another_network.json', moved)
    assert main(['report', config, first, '--out', str(folder / 'one.html')]) == 0
    both = ['report', config, first, '--compare', other, '--out', str(folder / 'two.html')]
    assert main(both) == 0
    return [f'file://{folder}/{name}.html' for name in ('one', 'two')]


@pytest.fixture(scope='module')
def browser():
    with playwright.sync_playwright() as engines:
        yield engines.chromium.launch(executable_path=CHROMIUM)


@pytest.mark.parametrize('scheme', ['light', 'dark'])
@pytest.mark.parametrize('width', [390, 1280])
@pytest.mark.parametrize('number', [0, 1])
def test_it_fits_and_asks_for_nothing(browser, addresses, number, width, scheme):
    viewport = dict(width=width, height=800)
    page, strange = browser.new_page(viewport=viewport, color_scheme=scheme), []
    own = (addresses[number], 'data:')
    page.on('request', lambda r: r.url.startswith(own) or strange.append(r.url))
    page.on('console', lambda message: strange.append(message.text))
    page.on('pageerror', lambda error: strange.append(error))
    page.goto(addresses[number])
    assert page.evaluate('document.documentElement.scrollWidth') == width
    playwright.expect(page.locator('#verdict')).to_contain_text('Most AP is lost to')
    paper, ink = (
        page.evaluate(f'getComputedStyle(document.body).{name}')
        for name in ('backgroundColor', 'color')
    )
    assert (sum_of(paper) > sum_of(ink)) == (scheme == 'light')
    for drawing in page.locator('svg').all():
        assert drawing.bounding_box()['width'] > 300
    pictures = page.locator('figure img')
    for place in range(pictures.count()):
        picture = pictures.nth(place)
        picture.scroll_into_view_if_needed()
        assert picture.evaluate('image => image.decode().then(() => image.naturalWidth)')
    page.get_by_role('link', name='Time').click()
    assert page.locator('#time').bounding_box()['y'] < 800
    assert strange == []
    page.close()


def sum_of(color):
    """Brightness of a color as browsers write it, rgb(1, 2, 3)."""
    return sum(map(int, color.removeprefix('rgb(').removesuffix(')').split(',')))
