"""The page in a real browser, served as any folder is."""

import json
import re
import shutil
from pathlib import Path

import pytest
from javascript import PAGE
from serving import serve

CHROMIUM = next(filter(None, map(shutil.which, ('chromium', 'chromium-browser'))), None)

if CHROMIUM is None:
    pytest.skip('Chromium is not installed (apt-get install chromium)', allow_module_level=True)
playwright = pytest.importorskip(
    'playwright.sync_api', reason='playwright is not installed (requirements/browser.txt)'
)
spots = pytest.importorskip('spots', reason='onnx is not installed (requirements/export.txt)')

START = 60_000  # milliseconds, in which a busy computer loads the network
WHILE = 1000  # in which something that should not happen would
CAMERA = ('--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream')


@pytest.fixture(scope='module')
def runtime():
    """onnxruntime-web, beside the page."""
    if not (PAGE / 'vendor').is_dir():
        pytest.skip('onnxruntime-web is not here (python projects/browser/fetch.py)')
    return PAGE / 'vendor'


@pytest.fixture(scope='module')
def site(tmp_path_factory):
    """The page with the network by hand as its own, without onnxruntime-web."""
    folder = tmp_path_factory.mktemp('site') / 'page'
    shutil.copytree(PAGE, folder, ignore=shutil.ignore_patterns('vendor', '*.onnx'))
    spots.write_network(folder / 'demo.onnx')
    return folder


@pytest.fixture(scope='module')
def picture(tmp_path_factory):
    """A picture of two people."""
    path = tmp_path_factory.mktemp('pictures') / 'two.png'
    spots.write_picture(path)
    return path


@pytest.fixture(scope='module')
def browser():
    with playwright.sync_playwright() as engines:
        yield engines.chromium.launch(executable_path=CHROMIUM, args=CAMERA)


@pytest.fixture
def open_page(browser):
    """Opens a folder as a page, which asks nobody else for anything and has no errors."""
    opened = []

    def open_folder(folder, prepare=lambda page: None):
        server = serve(folder)
        address, _ = server.__enter__()
        context = browser.new_context(permissions=['camera'])
        context.set_default_timeout(START)
        page, strange = context.new_page(), []
        opened.append((server, context, strange))
        own = (f'{address}/', f'blob:{address}/')
        context.on('request', lambda r: r.url.startswith(own) or strange.append(r.url))
        page.on('pageerror', lambda error: strange.append(error))
        prepare(page)
        page.goto(address)
        return page

    yield open_folder
    for server, context, strange in opened:
        context.close()
        server.__exit__(None, None, None)
        assert strange == []


@pytest.fixture
def whole_site(site, runtime):
    """The page with all that it needs."""
    if not (site / 'vendor').exists():
        (site / 'vendor').symlink_to(runtime)
    return site


@pytest.fixture
def page(open_page, whole_site):
    """The page, its first example done."""
    page = open_page(whole_site)
    wait_for(page, r'^\d+ people|person')
    return page


def wait_for(page, words):
    playwright.expect(page.locator('#found')).to_have_text(re.compile(words), timeout=START)


def drop(page, path, words):
    """Drop a file; wait for what the page says of it."""
    page.locator('#file').set_input_files(str(path))
    wait_for(page, words)


def download(page, button):
    with page.expect_download() as started:
        page.get_by_role('button', name=button).click()
    return Path(started.value.path())


def test_a_picture(page, picture):
    drop(page, picture, '^2 people$')
    playwright.expect(page.locator('#times')).to_have_text(re.compile(r'network \d+ ms'))
    content = json.loads(download(page, 'Download JSON').read_text())
    (image,) = content.pop('images')
    assert content == dict(
        schema='mmpose_ae people 1',
        model='spots',
        score_threshold=0.25,
        keypoints=['red', 'green', 'blue'],
        skeleton=[[0, 1], [1, 2]],
    )
    people = image.pop('people')
    assert image == dict(path='two.png', frame=None, time=None, width=192, height=128)
    found = [dict(score=each['score'], keypoints=each['keypoints']) for each in people]
    assert found == spots.PEOPLE
    assert people[1]['box'] == [147, 43, 163, 107]


def test_thresholds(page, picture):
    drop(page, picture, '^2 people$')
    before = download(page, 'Download picture').read_bytes()
    page.get_by_label('Least score of a person').fill('0.5')
    wait_for(page, '^1 person, 1 more with lower scores$')
    assert download(page, 'Download picture').read_bytes() != before
    (image,) = json.loads(download(page, 'Download JSON').read_text())['images']
    assert [person['score'] for person in image['people']] == [1]
    page.get_by_label('Least score of a person').fill('0.25')
    wait_for(page, '^2 people$')
    assert download(page, 'Download picture').read_bytes() == before
    page.get_by_label('Least score of a keypoint').fill('0.7')
    assert download(page, 'Download picture').read_bytes() != before


def test_it_needs_no_server_once_it_is_there(page, picture):
    page.context.set_offline(True)
    drop(page, picture, '^2 people$')


def test_dropped_on_the_page(page, picture):
    content = list(picture.read_bytes())
    page.evaluate(
        """([content, name]) => {
            const files = new DataTransfer();
            files.items.add(new File([new Uint8Array(content)], name));
            document.dispatchEvent(new DragEvent('drop', { dataTransfer: files }));
        }""",
        [content, 'dropped.png'],
    )
    wait_for(page, '^2 people$')
    (image,) = json.loads(download(page, 'Download JSON').read_text())['images']
    assert image['path'] == 'dropped.png'


def test_a_network_of_ones_own(page, picture, tmp_path):
    drop(page, picture, '^2 people$')
    spots.write_network(tmp_path / 'mine.onnx', name='mine', score_threshold=0.5, license='CC0')
    drop(page, tmp_path / 'mine.onnx', '^1 person, 1 more')  # the picture stays
    playwright.expect(page.locator('#network')).to_contain_text('mine')
    playwright.expect(page.locator('#network')).to_contain_text('CC0')


def test_wrong_files_and_a_good_one_afterwards(page, picture, tmp_path):
    grouping = dict(type='GreedyGrouping')
    spots.write_network(
        tmp_path / 'greedy.onnx', decoding=dict(type='TagDecoding', grouping=grouping)
    )
    spots.write_network(tmp_path / 'newer.onnx', format=2)
    spots.onnx.save(
        spots.onnx.helper.make_model(spots.onnx.helper.make_graph([], 'g', [], [])),
        str(tmp_path / 'other.onnx'),
    )
    for name in ('text.jpg', 'text.onnx'):
        (tmp_path / name).write_text('text')
    for name, words in {
        'text.jpg': 'text.jpg: it is neither a picture .* nor an .onnx file',
        'text.onnx': 'text.onnx: it is no ONNX file',
        'other.onnx': 'other.onnx: it has no entry mmpose_ae',
        'newer.onnx': 'newer.onnx: it has format 2, and this page reads up to 1',
        'greedy.onnx': 'greedy.onnx: it groups by GreedyGrouping.*--cfg-options',
    }.items():
        drop(page, tmp_path / name, words)
        drop(page, picture, '^2 people$')


@pytest.fixture
def early(open_page, whole_site):
    """The page while its own network is still downloaded, and what lets that end."""
    held = []
    page = open_page(
        whole_site, lambda page: page.route('**/demo.onnx', lambda route: held.append(route))
    )

    def release():
        held[0].continue_()
        page.wait_for_timeout(WHILE)

    return page, release


def test_an_early_picture_stays(early, picture):
    page, release = early
    page.locator('#file').set_input_files(str(picture))
    playwright.expect(page.locator('#canvas')).to_have_attribute('height', '640')  # of 192x128
    release()
    wait_for(page, '^2 people$')
    (image,) = json.loads(download(page, 'Download JSON').read_text())['images']
    assert image['path'] == 'two.png'


def test_an_early_network_stays(early, picture, tmp_path):
    page, release = early
    spots.write_network(tmp_path / 'mine.onnx', name='mine')
    drop(page, tmp_path / 'mine.onnx', '^Open a picture$')
    release()
    playwright.expect(page.locator('#network')).to_contain_text('mine')
    drop(page, picture, '^2 people$')


def test_a_picture_dropped_while_a_network_opens_stays(page, picture):
    page.evaluate("""() => {
        const create = window.createImageBitmap;
        window.createImageBitmap = async (...given) => {
            await new Promise((done) => setTimeout(done, 200));
            return create(...given);
        };
    }""")
    page.locator('#file').set_input_files(str(PAGE / 'demo.onnx'))  # a larger one than the site's
    page.locator('#file').set_input_files(str(picture))
    playwright.expect(page.locator('#network')).to_contain_text('synth_crowd', timeout=START)
    playwright.expect(page.locator('#canvas')).to_have_attribute('height', '640')
    page.wait_for_timeout(WHILE)
    (image,) = json.loads(download(page, 'Download JSON').read_text())['images']
    assert image['path'] == 'two.png'


def test_the_camera(page):
    page.get_by_role('button', name='Camera').click()
    playwright.expect(page.get_by_role('button', name='Camera')).to_have_attribute(
        'aria-pressed', 'true'
    )
    playwright.expect(page.locator('#canvas')).to_have_attribute('width', '960', timeout=START)
    playwright.expect(page.locator('#canvas')).to_have_attribute('height', '720')  # of 640x480
    page.get_by_role('button', name='Camera').click()
    (image,) = json.loads(download(page, 'Download JSON').read_text())['images']
    assert (image['path'], image['width'], image['height']) == ('camera', 640, 480)


COUNT = """() => {
    const create = window.createImageBitmap, close = ImageBitmap.prototype.close;
    window.bitmaps = new Set();
    window.createImageBitmap = async (...given) => {
        const bitmap = await create(...given);
        window.bitmaps.add(bitmap);
        return bitmap;
    };
    ImageBitmap.prototype.close = function () { window.bitmaps.delete(this); close.call(this); };
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    window.tracks = [];
    navigator.mediaDevices.getUserMedia = async (wish) => {
        const stream = await ask(wish);
        window.tracks.push(...stream.getTracks());
        return stream;
    };
}"""


def test_nothing_is_left_of_the_camera(page, picture, tmp_path):
    page.evaluate(COUNT)
    button = page.get_by_role('button', name='Camera')
    button.click()
    playwright.expect(page.locator('#canvas')).to_have_attribute('height', '720', timeout=START)
    spots.write_network(tmp_path / 'mine.onnx', name='mine')
    drop(page, tmp_path / 'mine.onnx', r'^\d+ p')  # it goes on with another network
    playwright.expect(page.locator('#network')).to_contain_text('mine', timeout=START)
    playwright.expect(button).to_have_attribute('aria-pressed', 'true')
    drop(page, picture, '^2 people$')  # and is off for a picture
    playwright.expect(button).to_have_attribute('aria-pressed', 'false')
    assert page.evaluate('window.tracks.map((track) => track.readyState)') == ['ended']
    page.evaluate("""async () => {
        while (window.bitmaps.size > 1) await new Promise((done) => setTimeout(done, 20));
    }""")


def test_a_camera_that_is_taken_away(page):
    page.evaluate(COUNT)
    page.get_by_role('button', name='Camera').click()
    playwright.expect(page.locator('#canvas')).to_have_attribute('height', '720', timeout=START)
    page.evaluate('window.tracks[0].stop()')
    wait_for(page, '^Camera: it gives no more pictures$')
    page.evaluate("Object.defineProperty(navigator, 'mediaDevices', { value: undefined })")
    page.get_by_role('button', name='Camera').click()
    wait_for(page, '^Camera: browsers give it to pages of https')


def test_a_picture_that_is_too_large(page, picture, tmp_path):
    spots.cv2.imwrite(str(tmp_path / 'long.png'), spots.np.zeros((8, 66_000), spots.np.uint8))
    drop(page, tmp_path / 'long.png', '^long.png: a picture of 66000x8 pixels is more than this')
    drop(page, picture, '^2 people$')


def test_an_example_that_cannot_be_loaded(page, picture):
    page.route('**/000053.jpg', lambda route: route.abort())
    page.get_by_role('button', name='Example 000053.jpg').click()
    wait_for(page, '000053.jpg: Failed to fetch')
    drop(page, picture, '^2 people$')


def test_it_fits_a_telephone(page):
    page.set_viewport_size(dict(width=320, height=640))
    assert page.evaluate('document.documentElement.scrollWidth') == 320
    canvas = page.locator('#canvas').bounding_box()
    assert canvas['x'] > 0 and canvas['x'] + canvas['width'] < 320


def test_it_works_by_the_keyboard(page):
    page.locator('body').press('Tab')
    for _ in range(20):
        if page.evaluate("document.activeElement.id === 'score'"):
            break
        page.keyboard.press('Tab')
    page.keyboard.press('End')
    wait_for(page, '^0 people, ')


def test_what_is_missing_is_said(open_page, tmp_path, site):
    ignored = shutil.ignore_patterns('vendor', '*.onnx')
    shutil.copytree(site, tmp_path / 'bare', ignore=ignored)
    page = open_page(tmp_path / 'bare')
    wait_for(page, 'demo.onnx: it is not beside the page')
    drop(page, site / 'demo.onnx', 'onnxruntime-web is not beside the page.*fetch.py')
