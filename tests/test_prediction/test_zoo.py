"""The models that have a name."""

import re

from mmengine.config import Config

from mmpose_ae.prediction.zoo import config_path, list_models


def test_every_entry_of_the_index_is_a_model():
    models = list_models()
    names = [model.name for model in models]
    assert len(set(names)) == len(names) > 10
    assert any(model.weights for model in models)
    for model in models:
        assert config_path(model).is_file()
        assert config_path(model).stem == model.name
        assert re.fullmatch(r'\d+x\d+', model.size)
        assert not model.reported or 0 < float(model.reported) < 1
        assert float(model.parameters.removesuffix('M')) > 0
        if model.weights:
            assert model.weights.startswith('https://')


def test_the_size_in_a_name_is_that_of_the_config():
    model = next(model for model in list_models() if model.weights)
    cfg = Config.fromfile(config_path(model))
    resize = next(s for s in cfg.test_dataloader.dataset.pipeline if 'Resize' in s['type'])
    assert 'x'.join(map(str, resize['input_size'])) == model.size
