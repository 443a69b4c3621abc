# SPDX-License-Identifier: Apache-2.0
import pytest

from mmmetaformer.errors import ConfigError
from mmmetaformer.weights.prefixes import strip_prefixes

BACKBONE = {f'downsample_layers.{i}.conv.weight': i for i in range(4)}


def prefixed(prefix):
    return {prefix + key: value for key, value in BACKBONE.items()}


def test_only_the_prefix_of_most_keys_is_removed():
    weights = {'model.step': 9, **prefixed('backbone.')}
    rest, prefix, left_out = strip_prefixes(weights)
    assert rest == {'model.step': 9, **BACKBONE}
    assert (prefix, left_out) == ('backbone.', [])


def test_keys_without_the_prefix_of_the_user_are_left_out():
    weights = {'neck.weight': 9, **prefixed('student.module.')}
    rest, prefix, left_out = strip_prefixes(weights, 'student')
    assert rest == BACKBONE
    assert (prefix, left_out) == ('student.module.', ['neck.weight'])


@pytest.mark.parametrize(
    'part', ['neck', 'roi_head', 'rpn_head', 'decode_head', 'auxiliary_head']
)
@pytest.mark.parametrize('wrapper', ['', 'module.'])
def test_every_part_of_a_detector_or_segmentor_is_detected(part, wrapper):
    weights = {f'{wrapper}{part}.weight': 9, **prefixed(f'{wrapper}backbone.')}
    with pytest.raises(ConfigError, match=rf'it has {part}\.\*'):
        strip_prefixes(weights)
    rest, _, left_out = strip_prefixes(weights, f'{wrapper}backbone.')
    assert rest == BACKBONE
    assert left_out == [f'{wrapper}{part}.weight']
