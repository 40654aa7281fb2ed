"""The command from results, and from a checkpoint, to a page; and what it refuses."""

import json
import re

import planted
import pytest
from mmengine.config import Config
from mmengine.runner import Runner

from mmpose_ae_cli import main

MPII = 'configs/associative_embedding/mpii/ae_hourglass-4stack_8xb4-200k_mpii-512x512.py'


def rows(page):
    """Cells of the tables of a page, by the name of the row; of several the first."""
    found = {}
    for name, cells in re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', page, re.DOTALL):
        cells = [re.sub('<.*?>', '', cell) for cell in re.findall(r'<td.*?>(.*?)</td>', cells)]
        found.setdefault(name, cells)
    return found


@pytest.fixture(scope='module')
def six(tmp_path_factory):
    """A config of six keypoints, and perfect predictions."""
    content, entries = planted.scene()
    return planted.write_config(tmp_path_factory.mktemp('six'), content), entries


@pytest.fixture
def report(six, tmp_path, capsys):
    """Writes a page of some results; gives it, or what was said instead."""

    def write(entries, *options):
        results = planted.write_results(tmp_path / 'mine.json', entries)
        out = tmp_path / 'page' / 'report.html'
        given = ['--out', str(out), '--resamples', '20', '--overwrite']
        failed = main(['report', str(six[0]), results, *given, *options])
        return capsys.readouterr().err if failed else out.read_text()

    return write


def test_the_first_sentence_names_what_was_planted_and_needs_no_other_file(report, six):
    page = report([planted.moved(entry, lambda points: points[planted.MIRROR]) for entry in six[1]])
    assert 'Most AP is lost to <b>swapped left and right</b> (1.000)' in page
    assert page.index('Most AP is lost') < page.index('<table>')
    addresses = re.findall(r'(?:src|href|url)\s*[=(]\s*["\']?([^"\')> ]+)', page)
    assert addresses
    assert all(address.startswith(('data:', '#')) for address in addresses)
    assert page.count('<img') == 6  # of three images; those of the others are not there
    assert page.count('The image is not there.') == 9


def test_nobody_is_found(report):
    page = report([])
    assert 'Most AP is lost to <b>missed people</b> (1.000)' in page


def test_two_side_by_side(report, six, tmp_path):
    """8.1 pixels cost every threshold from 0.75 on, in every draw of images."""
    shifted = [planted.moved(entry, lambda points: points + [8.1, 0]) for entry in six[1]]
    other = planted.write_results(tmp_path / 'other.json', shifted)
    page = report(six[1], '--compare', other, '--names', 'x<9', 'new')
    assert rows(page)['AP'] == ['1.000', '0.500', '+0.500', '+0.500 to +0.500']
    assert rows(page)['AP .5'] == ['1.000', '1.000', '+0.000', '+0.000 to +0.000']
    assert page.count('<b class="sure">+0.500</b>') > 1
    assert page.index('On such images x&lt;9 is better') < page.index('<table>')
    assert 'They differ most in jitter' in page
    assert rows(page)['1 person'][2:] == ['+0.500', '–', '5']  # of 5 images
    assert 'x&lt;9' in page and 'x<9' not in page


def test_two_that_are_alike(report, six, tmp_path):
    other = planted.write_results(tmp_path / 'other.json', six[1])
    page = report(six[1], '--compare', other)
    assert 'These images do not tell which is better' in page
    assert 'They differ most' not in page and 'class="sure"' not in page


def test_by_the_rules_of_crowdpose(tmp_path):
    """Whose num_keypoints is 0 does not count, who is labelled or not; areas are of boxes."""
    content, entries = planted.scene()
    for image in content['images']:
        image['crowdIndex'] = 0.5
    for person in content['annotations'][1::2]:
        person['num_keypoints'] = 0
    config = planted.write_config(tmp_path, content, iou_type='keypoints_crowd', use_area=False)
    results = planted.write_results(tmp_path / 'half.json', entries[::2])
    assert main(['report', str(config), results, '--out', str(tmp_path / 'page.html')]) == 0
    page = (tmp_path / 'page.html').read_text()
    assert rows(page)['AP'][0] == rows(page)['AP(M)'][0] == '1.000'
    assert 'Nothing is lost: AP is 1.000.' in page
    assert '<figure>' not in page


@pytest.mark.parametrize('left', ['images', 'nothing'])
def test_nobody_is_annotated(tmp_path, capsys, left):
    content = dict(planted.scene()[0], annotations=[])
    if left == 'nothing':
        content['images'] = []
    config = planted.write_config(tmp_path, content)
    results = planted.write_results(tmp_path / 'nobody.json', [])
    out = tmp_path / 'page.html'
    failed = main(['report', str(config), results, '--out', str(out)])
    assert failed == (left == 'nothing')
    if failed:
        assert 'people.json has no images' in capsys.readouterr().err
    else:
        assert 'Nobody is annotated' in out.read_text()


def test_a_metric_that_counts_in_another_way_is_noticed(report, six, monkeypatch):
    monkeypatch.setattr('mmpose_ae.report.analysis.evaluate', lambda *_: dict(AP=0.9))
    assert 'AP is 0.900000 by the metric and 1.000000 by the matches' in report(six[1])


@pytest.mark.parametrize(
    'entries, words',
    [
        ([dict(image_id=0)], 'mine.json.*entry 0: category_id is missing'),
        ([planted.person(77, planted.np.zeros((6, 2)), 0.5)], 'image_id 77'),
        ([planted.person(0, planted.np.zeros((5, 2)), 0.5)], 'expected a flat list of 18 numbers'),
        (dict(people=[]), 'expected a list of people'),
    ],
)
def test_a_bad_file_is_refused(report, entries, words):
    assert re.search(words, report(entries), re.DOTALL)


def test_contradictions_are_refused(report, six, tmp_path):
    assert '--compare takes' in report([], '--compare', 'a.py', 'b.py', 'c.pth')
    assert '--names' in report([], '--names', 'one', 'two')
    assert '--resamples' in report([], '--resamples', '0')
    (tmp_path / 'there').mkdir()
    elsewhere = planted.write_config(tmp_path / 'there', planted.scene(seed=1)[0])
    other = planted.write_results(tmp_path / 'other.json', [])
    assert 'the same images' in report([], '--compare', str(elsewhere), other)


def test_two_configs_of_the_same_file_have_names(report, six, tmp_path):
    """And curves of their own; as two networks of one name would not."""
    mine = str(tmp_path / 'mine.json')
    other = six[0].with_name('flipped.py')
    other.write_text(six[0].read_text())
    page = report(six[1], '--compare', str(other), mine)
    for name in (f'mine.json of {six[0].stem}', 'mine.json of flipped'):
        assert re.search(rf'<text[^>]*>{name}</text>', page)
    assert 'is the first network itself' in report([], '--compare', mine)
    assert 'different ones' in report([], '--compare', str(other), mine, '--names', 'a', 'a')


def test_names_are_no_formulas(report, six, tmp_path):
    other = planted.write_results(tmp_path / 'other.json', six[1])
    page = report(six[1], '--compare', other, '--names', '_new', r'$old_{$')
    for name in ('_new', r'\$old_{\$'):
        assert len(re.findall(rf'<text[^>]*>{name}</text>', page)) == 2


def test_other_metrics_and_taken_names_are_refused(tmp_path, capsys):
    out, results = tmp_path / 'report.html', tmp_path / 'results.json'
    assert main(['report', MPII, str(results), '--out', str(out)]) == 1
    assert 'results.json is not there' in capsys.readouterr().err
    results.write_text('[]')
    assert main(['report', MPII, str(results), '--out', str(out)]) == 1
    assert 'expected CocoMetric or CrowdSubsetMetric' in capsys.readouterr().err
    out.write_text('mine')
    assert main(['report', MPII, str(results), '--out', str(out)]) == 1
    assert '--overwrite' in capsys.readouterr().err
    assert out.read_text() == 'mine'
    kept = results.rename(tmp_path / 'new.keypoints.json')  # of a page that is not there any more
    assert main(['report', MPII, 'a.pth', '--out', str(tmp_path / 'new.html')]) == 1
    assert f'{kept} is there already' in capsys.readouterr().err


def test_a_checkpoint_is_tested_as_by_test(perfect_model, tmp_path):
    cfg = Config.fromfile(perfect_model.config)
    cfg.load_from, cfg.work_dir = str(perfect_model.checkpoint), str(tmp_path / 'test')
    expected = Runner.from_cfg(cfg).test()
    out = tmp_path / 'report.html'
    arguments = [str(perfect_model.config), str(perfect_model.checkpoint), '--out', str(out)]
    assert main(['report', *arguments]) == 0
    found = rows(out.read_text())
    assert found['AP'][0] == f'{expected["coco/AP"]:.3f}' != '0.000'
    assert found['true heatmaps'][1] and found['true tags'][1]
    assert float(found['median'][0]) > 0
    assert len(json.loads((tmp_path / 'report.keypoints.json').read_text())) == 2 * 5


def test_an_unknown_option_of_the_config_is_one_line(perfect_model, tmp_path, capsys):
    arguments = [str(perfect_model.config), str(perfect_model.checkpoint)]
    out = ['--out', str(tmp_path / 'report.html'), '--cfg-options', 'model.head.nothing=1']
    assert main(['report', *arguments, *out]) == 1
    assert re.search('^error: .*no option nothing', capsys.readouterr().err, re.M)
