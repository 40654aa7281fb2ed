"""AP over tag thresholds: as whole tests with each of them."""

import json

import pytest
import torch

THRESHOLDS = (1.0, 3.0)  # the tags of a person's upper and lower half are 2 apart


def test_as_tests_with_each_threshold(run_tool, perfect_model, tmp_path, capsys):
    weights = torch.load(perfect_model.checkpoint, weights_only=False)
    weights['state_dict']['backbone.maps'][:, 17 + 9 :] += 2
    torch.save(weights, tmp_path / 'halves.pth')
    model = perfect_model.config, tmp_path / 'halves.pth'
    run_tool('analysis/tag_thresholds', *model, '--thresholds', *THRESHOLDS)
    head, row = (line.split('|')[2:-1] for line in capsys.readouterr().out.splitlines()[-2:])
    assert [float(cell) for cell in head] == list(THRESHOLDS)
    expected = []
    for threshold in THRESHOLDS:
        text = perfect_model.config.read_text()
        text += f'\nmodel["head"]["decoder"]["tag_threshold"] = {threshold}\n'
        config, out = tmp_path / f'{threshold:g}.py', tmp_path / f'{threshold:g}.json'
        config.write_text(text)
        run_tool('test', config, model[1], '--out', out, '--work-dir', tmp_path / 'run')
        expected.append(json.loads(out.read_text())['coco/AP'])
    assert [float(cell) for cell in row] == pytest.approx(expected, abs=5e-4)
    assert expected[0] < expected[1]


def test_other_groupings_are_refused(run_tool, perfect_model, tmp_path):
    config = tmp_path / 'offsets.py'
    config.write_text(
        perfect_model.config.read_text()
        + '\nmodel["head"] = dict(type="CenterOffsetHead", in_channels=34, num_keypoints=17,'
        ' decoder=dict(type="CenterOffsetCodec", sigma=1))\n'
    )
    with pytest.raises(ValueError, match='CenterOffsetCodec does not group by tags'):
        run_tool('analysis/tag_thresholds', config, perfect_model.checkpoint)
