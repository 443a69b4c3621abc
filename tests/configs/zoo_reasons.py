# SPDX-License-Identifier: Apache-2.0
"""Why some configs of the hosts' zoos are not trained, for readers."""

import re

#: Backbones that a ConvFormer cannot stand in for.
OTHER_BACKBONES = {
    'BEiT': 'a plain ViT: all maps have one stride',
    'BiSeNetV1': 'the method is the backbone: its heads take what its own paths return',
    'BiSeNetV2': 'the method is the backbone: its heads take what its own paths return',
    'CGNet': 'the method is the backbone',
    'DDRNet': 'the method is the backbone: its head takes both of its branches',
    'DetectoRS_ResNet': "with RFP it takes the neck's maps back in; without, Cascade "
    'R-CNN and HTC remain',
    'ERFNet': 'the method is the backbone, encoder and decoder in one',
    'FastSCNN': 'the method is the backbone: its heads take what its own paths return',
    'HourglassNet': 'each head takes the map of one hourglass, all of stride 4',
    'ICNet': 'the method is the backbone: three image sizes, with a ResNet inside',
    'MAE': 'a plain ViT: all maps have one stride',
    'MobileNetV3': 'the head takes a map of stride 2',
    'PIDNet': 'the method is the backbone: its head takes its three branches',
    'STDCContextPathNet': 'the method is the backbone, with an STDC inside',
    'TridentResNet': 'the heads take three branches of one stage',
    'UNet': 'encoder and decoder in one, maps of strides 1 to 16',
    'VPD': 'the backbone is a diffusion model that reads text',
    'VisionTransformer': 'a plain ViT: all maps have one stride',
}

LATER = 'mmdet trains its detector and its ReID model on their own, not the tracker'

#: Models that are not tried, by their type.
OTHER_MODELS = {
    'BaseReID': 'a classifier of persons for trackers, with data of its own',
    'ImageClassifier': 'trains the backbone itself, on ImageNet',
    'Mask2FormerVideo': 'trains on clips of a video; only images were tried',
    'MaskTrackRCNN': 'trains on pairs of video frames; only images were tried',
    'QDTrack': 'trains on pairs of video frames; only images were tried',
    'StrongSORT': LATER,
    'DeepSORT': LATER,
    'Detectron2Wrapper': 'the whole model comes from detectron2',
    'MultimodalEncoderDecoder': 'the encoders are those of CLIP, for image and text',
}

#: The first that is found in an outcome is its reason.
FAILURES = [
    (
        'transformers is not installed|install fairscale',
        'reads text: needs `transformers`, `fairscale` and the weights of BERT',
    ),
    (
        r'CascadeRPNHead.* missing .*num_classes',
        "mmdet's config is older than its `CascadeRPNHead`: `num_classes` is missing, "
        'and without this error, `sampling` is unexpected',
    ),
    (
        'view size is not compatible',
        "its head calls `view`, which needs maps in NCHW memory; these backbones' maps "
        'are channels-last',
    ),
]


def reason(outcome: str) -> str:
    """Return an outcome in a reader's words."""
    for pattern, words in FAILURES:
        if re.search(pattern, outcome, re.S):
            return words
    return outcome.splitlines()[0].replace('|', '\\|')


def why_not_tried(backbone: str, model: str) -> str:
    """Return why a config without a plain backbone is not tried."""
    if model in OTHER_MODELS:
        return f'{model}: {OTHER_MODELS[model]}'
    return f'{backbone}: {OTHER_BACKBONES[backbone]}'
