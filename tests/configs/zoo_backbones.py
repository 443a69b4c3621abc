# SPDX-License-Identifier: Apache-2.0
"""A ConvFormer in place of the backbone of a stock config, by one rule."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mmmetaformer.host import HEADS_ON_MAPS, as_list

CHANNELS = (64, 128, 320, 512)
STRIDES = (4, 8, 16, 32)
CONVFORMER = dict(
    type='mmmetaformer.ConvFormer', arch=dict(depths=(1, 1, 1, 1), dims=CHANNELS)
)


@dataclass(frozen=True)
class Stock:
    """A stock backbone that returns maps of strides 4 to 32."""

    stages: Mapping[int, int]  # from an index of `out_indices` to one of our stages
    outputs: tuple[int, ...] = (0, 1, 2, 3)  # `out_indices` where a config names none


FOUR = Stock({0: 0, 1: 1, 2: 2, 3: 3})
CSP = Stock({1: 0, 2: 1, 3: 2, 4: 3}, (2, 3, 4))  # 0 is the stem

#: Backbones that a ConvFormer can stand in for.
PLAIN = {
    **dict.fromkeys(
        (
            'ConvNeXt',
            'HRNet',  # four branches, all returned
            'MSCAN',
            'MixVisionTransformer',
            'PCPVT',
            'PyramidVisionTransformer',
            'PyramidVisionTransformerV2',
            'RegNet',
            'Res2Net',
            'ResNeSt',
            'ResNeXt',
            'ResNet',
            'ResNetV1c',
            'ResNetV1d',
            'SVT',
            'SwinTransformer',
        ),
        FOUR,
    ),
    'CSPDarknet': CSP,
    'CSPNeXt': CSP,
    'Darknet': Stock({2: 0, 3: 1, 4: 2, 5: 3}, (3, 4, 5)),
    'EfficientNet': Stock({2: 0, 3: 1, 4: 2, 5: 3}),
    'MobileNetV2': Stock({1: 0, 2: 1, 3: 2, 4: 2, 5: 3, 6: 3, 7: 3}),
    'PoolFormer': Stock({0: 0, 2: 1, 4: 2, 6: 3}),
    'SSDVGG': Stock({3: 1, 4: 2}),
    'TIMMBackbone': Stock({1: 0, 2: 1, 3: 2, 4: 3}, (1, 2, 3, 4)),
}

#: Necks that return the backbone's maps as they are before their own: all but the last
#: one, or all.
PASSING = {'JPU': -1, 'SSDNeck': None}

#: Necks that read maps by their place, also those that `start_level` skips. The norm of
#: such a map would have no gradient, so that the backbone gets no norms on its outputs.
BY_PLACE = ('NASFCOS_FPN',)

#: Heads that are given several maps and use the last one alone without this argument.
LAST_WITHOUT = {'EncHead': 'add_lateral'}


def plain_type(backbone: Mapping[str, Any]) -> str:
    """Return the type of a backbone without its scope."""
    return str(backbone.get('type')).rpartition('.')[2]


def part_with_backbone(model: dict[str, Any]) -> dict[str, Any]:
    """Return the model, or the detector that it wraps."""
    return model if 'backbone' in model else model.get('detector', model)


def replace_backbone(model: dict[str, Any], host: str) -> None:
    """Put a ConvFormer into a stock model and fit what takes its maps.

    Each output becomes the stage of the same place; in mmdet, where anchors stand on
    strides, the stage of the same stride if a ResNet is dilated. Only outputs that are
    used are returned, because the norms of the others would have no gradient.

    Args:
        model: The config of a model with a backbone of `PLAIN`, changed in place.
        host: `mmdet` or `mmseg`.
    """
    part = part_with_backbone(model)
    stages = _stages(part['backbone'], host)
    used = _fit_neck(part, stages) if part.get('neck') else _fit_heads(part, stages)
    part['backbone'] = dict(
        CONVFORMER,
        in_channels=part['backbone'].get('in_channels', 3),
        out_indices=tuple(stages[place] for place in used),
    )
    if any(neck['type'] in BY_PLACE for neck in as_list(part.get('neck'))):
        part['backbone']['out_norm'] = None


def _stages(backbone: Mapping[str, Any], host: str) -> list[int]:
    stock = PLAIN[plain_type(backbone)]
    outputs = backbone.get('out_indices', stock.outputs)
    if host == 'mmdet' and stock is FOUR and 'strides' in backbone:
        stages, stride = [], 4
        for step in backbone['strides']:
            stride *= step
            stages.append(STRIDES.index(stride))
        return [stages[i] for i in outputs]
    return [stock.stages[i] for i in outputs]


def _fit_neck(part: dict[str, Any], stages: Sequence[int]) -> list[int]:
    """Set the channels of the neck and return the outputs that it uses."""
    neck = as_list(part['neck'])[0]
    taken = neck['in_channels']
    places = list(range(len(stages)))
    start = 0 if neck['type'] in BY_PLACE else neck.get('start_level', 0)
    used = places[-len(as_list(taken)) :][start:]
    channels = [CHANNELS[stages[place]] for place in used]
    if isinstance(taken, int):
        neck['in_channels'] = channels[0]
    else:
        # YOLO's neck takes the maps from the last to the first.
        descends = taken[0] > taken[-1]
        neck['in_channels'] = type(taken)(channels[::-1] if descends else channels)
        if start:
            neck['start_level'] = 0
        if start and neck.get('end_level', -1) > 0:
            neck['end_level'] -= start
    if neck['type'] in PASSING:
        _fit_passed(part, neck, channels[: PASSING[neck['type']]])
    return used


def _fit_passed(
    part: Mapping[str, Any], neck: dict[str, Any], channels: list[int]
) -> None:
    """Set the channels of the backbone's maps where they come out of the neck."""
    if 'out_channels' in neck:
        after = neck['out_channels'][len(channels) :]
        neck['out_channels'] = (*channels, *after)
    for head in _takers(part):
        widths = as_list(head['in_channels'])
        index = as_list(head.get('in_index', list(range(len(widths)))))
        fitted = [
            channels[place] if place < len(channels) else width
            for place, width in zip(index, widths, strict=True)
        ]
        one = isinstance(head['in_channels'], int)
        head['in_channels'] = fitted[0] if one else fitted


def _fit_heads(part: dict[str, Any], stages: Sequence[int]) -> list[int]:
    """Set the channels of heads without a neck and return the outputs that they use.

    Detectors of one map without a neck expect the channels of ResNet's stage in several
    places: they get a 1 x 1 convolution to these.
    """
    takers = list(_takers(part))
    for head in takers:
        switch = LAST_WITHOUT.get(head.get('type', ''))
        if switch and not head.get(switch):
            head['in_channels'] = head['in_channels'][-1:]
            head['in_index'] = head['in_index'][-1:]
    if len(stages) == 1 and 'rpn_head' in part:
        wide = part['rpn_head']['in_channels']
        part['neck'] = dict(
            type='ChannelMapper',
            in_channels=[CHANNELS[stages[0]]],
            out_channels=wide,
            kernel_size=1,
            num_outs=1,
        )
        return [0]
    number = len(stages)
    places = []
    for head in takers:
        default = -1 if isinstance(head['in_channels'], int) else list(range(number))
        index = as_list(head.get('in_index', default))
        places.append([place % number for place in index])
    used = {place for taken in places for place in taken}
    if any('c1_in_channels' in head for head in takers):
        used.add(0)  # DeepLabV3+ takes the first map, too
    kept = sorted(used)
    for head, taken in zip(takers, places, strict=True):
        channels = [CHANNELS[stages[place]] for place in taken]
        index = [kept.index(place) for place in taken]
        one = isinstance(head['in_channels'], int)
        head['in_channels'] = channels[0] if one else channels
        if 'in_index' in head or one:
            head['in_index'] = index[0] if one else index
        if 'c1_in_channels' in head:
            head['c1_in_channels'] = CHANNELS[stages[0]]
    return kept


def _takers(part: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the configs of what takes maps, also within a head (K-Net)."""
    for name in HEADS_ON_MAPS:
        for head in as_list(part.get(name)) if part.get(name) else ():
            if 'in_channels' in head:
                yield head
            for inner in head.values():
                if isinstance(inner, dict) and 'in_index' in inner:
                    yield inner
