"""The trained model whose predictions are drawn."""

import torch
from mmengine.config import Config

from mmpose_ae.pictures import load_model


def test_options_of_testing_are_added_to_those_of_the_config(perfect_model):
    cfg = Config.fromfile(perfect_model.config)
    before = cfg.pretty_text
    model = load_model(cfg, perfect_model.checkpoint, output_heatmaps=True)
    assert model.test_cfg == dict(flip_test=False, output_heatmaps=True)
    assert load_model(cfg, perfect_model.checkpoint, flip_test=True).test_cfg['flip_test']
    assert cfg.pretty_text == before
    saved = torch.load(perfect_model.checkpoint, weights_only=False)['state_dict']
    assert torch.equal(model.state_dict()['backbone.maps'].cpu(), saved['backbone.maps'])
    assert not model.training
