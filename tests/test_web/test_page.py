"""The page in a real browser, against the command as users start it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from test_uploads import write_clip

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ('chromium', 'chromium-browser'))), None)

if CHROMIUM is None:
    pytest.skip('Chromium is not installed (apt-get install chromium)', allow_module_level=True)
pytest.importorskip('gradio', reason='gradio is not installed (requirements/web.txt)')
playwright = pytest.importorskip(
    'playwright.sync_api', reason='playwright is not installed (requirements/browser.txt)'
)

START = 20_000  # milliseconds, in which a busy computer loads the model


@pytest.fixture(scope='module')
def address(perfect_model, tmp_path_factory):
    """Where the page is. In the end Ctrl-C ends it, and no upload is left."""
    folder = tmp_path_factory.mktemp('uploads')
    config = perfect_model.config.with_name('stored.py')
    imports = ['mmpose_ae', 'conftest']  # that of tests, which has the backbone
    config.write_text(f"_base_ = 'perfect.py'\ncustom_imports = dict(imports={imports})\n")
    model = ['--config', str(config), '--checkpoint', str(perfect_model.checkpoint)]
    limits = ['--max-megapixels', '0.1', '--max-frames', '8']
    server = subprocess.Popen(
        [sys.executable, '-m', 'mmpose_ae_cli', 'web', '--port', '0', *model, *limits],
        env=dict(
            os.environ,
            PYTHONPATH=os.pathsep.join([str(ROOT / 'tests'), str(ROOT)]),
            TMPDIR=str(folder),
        ),
        cwd=config.parent,
        stdout=subprocess.PIPE,
        text=True,
    )
    (found,) = re.findall(r'http://127\.0\.0\.1:\d+', server.stdout.readline())
    yield found
    assert any(folder.iterdir())
    server.send_signal(signal.SIGINT)
    assert server.wait(timeout=30) == 0
    assert not any(folder.iterdir())


@pytest.fixture(scope='module')
def browser():
    with playwright.sync_playwright() as engines:
        yield engines.chromium.launch(executable_path=CHROMIUM)


@pytest.fixture
def page(address, browser):
    """The page, which asks nobody else for anything."""
    page, others = browser.new_page(viewport=dict(width=1280, height=760)), []
    own = (f'{address}/', 'data:', 'blob:')
    page.on('request', lambda request: request.url.startswith(own) or others.append(request.url))
    page.goto(address)
    yield page
    assert others == []
    page.close()


def drop(page, path, words):
    """Drop a file; wait for what the page says of it."""
    page.locator('input[type=file]').set_input_files(str(path))
    wait_for(page, words)


def wait_for(page, words):
    found = page.get_by_label('Found')
    playwright.expect(found).to_have_value(re.compile(words), timeout=START)


def move(page, slider, value):
    """Give a slider another value, as by its field."""
    page.get_by_role('spinbutton', name=slider).fill(str(value))
    page.keyboard.press('Tab')


def download(page):
    """Read the file that the button gives."""
    with page.expect_download() as started:
        page.get_by_text('Download JSON').click()
    return json.loads(Path(started.value.path()).read_text())


def test_a_picture(page, perfect_model):
    drop(page, perfect_model.image, r'^2 people, 0 more.*\n0\.png, 64x64 pixels$')
    picture = page.get_by_test_id('detailed-image').or_(page.locator('.image-frame img')).first
    playwright.expect(picture).to_be_visible()
    for side in ('naturalWidth', 'naturalHeight'):
        playwright.expect(picture).to_have_js_property(side, 64)
    playwright.expect(page.get_by_test_id('matplotlib').locator('img')).to_be_visible()
    (image,) = download(page)['images']
    people = np.array([person['keypoints'] for person in image['people']])[..., :2]
    order = np.abs(people[0] - perfect_model.keypoints).mean((1, 2)).argsort()
    np.testing.assert_allclose(people, perfect_model.keypoints[order], atol=0.5)


def test_thresholds(page, perfect_model):
    drop(page, perfect_model.image, '^2 people')
    move(page, 'Least score of a person', 1)
    wait_for(page, '^0 people, 2 more with lower scores')
    playwright.expect(page.get_by_test_id('matplotlib')).to_have_count(0)
    content = download(page)
    assert (content['score_threshold'], content['images'][0]['people']) == (1, [])
    move(page, 'Least score of a person', 0.2)
    wait_for(page, '^2 people')


def test_a_video(page, tmp_path):
    drop(page, write_clip(tmp_path / 'clip.mp4', 4, (64, 64)), r'^2 people.*\n.*frame 0 of 4')
    # One question: the page may put another player in the place of the first, which loads anew.
    seen = page.wait_for_function("""() => {
        const video = document.querySelector('video');
        return video?.readyState >= 2 && [video.duration, video.videoWidth, video.videoHeight];
    }""").json_value()
    assert seen == pytest.approx([0.4, 64, 64], abs=0.01)
    last = page.get_by_role('spinbutton', name='Frame')
    playwright.expect(last).to_have_attribute('max', '3')
    move(page, 'Frame', 3)
    wait_for(page, r'frame 3 of 4 \(0\.30 s\)')
    assert [image['frame'] for image in download(page)['images']] == [0, 1, 2, 3]


def test_bad_files_and_a_good_one_afterwards(page, perfect_model, tmp_path):
    (tmp_path / 'text.jpg').write_text('text')
    drop(page, perfect_model.image, '^2 people')
    for path, words in (
        (tmp_path / 'text.jpg', '^text.jpg cannot be read as a picture'),
        (write_clip(tmp_path / 'long.mp4', 9), '^long.mp4 has 9 frames or more; at most 8'),
    ):
        page.get_by_label('Clear').first.click()
        wait_for(page, '^Drop a picture')
        drop(page, path, words)
        playwright.expect(page.get_by_text('Download JSON')).to_be_disabled()
    page.get_by_label('Clear').first.click()
    drop(page, perfect_model.image, '^2 people')
