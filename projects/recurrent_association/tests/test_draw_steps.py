import numpy as np
import pytest

from projects.recurrent_association.tools import draw_steps
from projects.recurrent_association.visualization import StepsOfImage, plot_steps


@pytest.mark.parametrize('aug_scales', [None, [2.0]])
def test_everybody_annotated_is_matched_to_a_step(trained, tmp_path, monkeypatch, aug_scales):
    drawn, draw = [], plot_steps
    monkeypatch.setattr(draw_steps, 'plot_steps', lambda *args: drawn.append(args) or draw(*args))
    cfg, checkpoint = trained
    cfg.val_dataloader.dataset.pipeline[1].aug_scales = aug_scales
    paths = draw_steps.draw_steps(cfg, checkpoint, tmp_path / 'new', num_images=1)
    assert [path.name for path in paths] == ['steps_1.png']
    assert paths[0].is_file()
    image, steps = drawn[0]
    assert image.shape == (64, 64, 3)
    assert steps.heatmaps.shape == steps.targets.shape == (6, 17, 16, 16)
    assert sorted(steps.matches) == [-1, -1, -1, -1, 0, 1]  # the last step is no instance
    np.testing.assert_allclose(steps.probabilities, 1, atol=1e-3)
    matched = steps.matches >= 0
    assert (steps.targets[~matched] == 0).all()
    peaks = steps.targets[matched].max((2, 3))
    assert ((peaks > 0.5) & (peaks <= 1)).all()


def test_command_line(trained, tmp_path, monkeypatch, capsys):
    _, checkpoint = trained
    argv = ['draw_steps', tmp_path / 'small.py', checkpoint, '--out', tmp_path, '--num', 2]
    monkeypatch.setattr('sys.argv', [str(word) for word in argv])
    draw_steps.main()
    printed = capsys.readouterr().out
    for number in (1, 2):
        assert (tmp_path / f'steps_{number}.png').is_file()
        assert f'steps_{number}.png' in printed


def test_titles_and_colors():
    heatmaps, targets = np.zeros((2, 2, 3, 4, 6))
    heatmaps[0, 1, 2, 5] = 1
    steps = StepsOfImage(heatmaps, np.array([0.87, 0.123]), targets, np.array([2, -1]))
    figure = plot_steps(np.zeros((8, 12, 3), np.uint8), steps)
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ['predicted', 'p = 0.87', 'p = 0.12', 'annotated', 's = 3', '-']
    opacity = [axes.images[1].get_array()[..., 3] for axes in figure.axes]
    assert opacity[0][2, 5] == opacity[1][2, 5] == 1
    assert sum(map(np.sum, opacity)) == 2
