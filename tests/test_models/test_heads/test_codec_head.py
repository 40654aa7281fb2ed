"""What every head does with its codec: one of another method is refused when the head is built."""

import fakes
import pytest

from mmpose_ae.registry import KEYPOINT_CODECS

CODECS = ('AEDecoder', 'CenterOffsetCodec', 'CenterGroupCodec', 'CIDCodec', 'DEKRCodec')
FITTING = dict(
    AEHead=['AEDecoder'],
    CoupledEmbeddingHead=['AEDecoder'],
    CenterAEHead=['AEDecoder'],
    CenterOffsetHead=['CenterOffsetCodec'],
    CenterGroupHead=['CenterGroupCodec'],
    CIDHead=['CIDCodec'],
    DEKRHead=['DEKRCodec', 'CenterOffsetCodec'],
)


def test_all_heads_are_tried():
    assert {*fakes.HEADS, *fakes.PERSON_HEADS} == {*FITTING}


@pytest.mark.parametrize('codec', CODECS)
@pytest.mark.parametrize('kind', FITTING)
def test_codecs_of_other_methods_are_refused(kind, codec):
    cfg, known = fakes.codec_config(codec), FITTING[kind]
    if codec in known:
        assert type(fakes.head(kind, decoder=cfg).decoder).__name__ == codec
        return
    message = f'decoder.type of {kind} must be {" or ".join(known)}, or a subclass, got {codec}'
    with pytest.raises(ValueError, match=message):
        fakes.head(kind, decoder=cfg)


def test_codecs_of_mmpose_are_refused():
    sizes = dict(input_size=fakes.INPUT_SIZE, heatmap_size=fakes.HEATMAP_SIZE)
    with pytest.raises(ValueError, match='decoder.type of AEHead must be .* AssociativeEmbedding'):
        fakes.head(decoder=dict(type='mmpose.AssociativeEmbedding', **sizes))


def test_a_codec_of_ones_own_may_build_on_one_that_fits():
    class OwnDecoder(type(fakes.codec())):
        pass

    KEYPOINT_CODECS.register_module(module=OwnDecoder)
    try:
        assert isinstance(fakes.head(decoder=fakes.codec_config('OwnDecoder')).decoder, OwnDecoder)
    finally:
        del KEYPOINT_CODECS.module_dict['OwnDecoder']
