# SPDX-License-Identifier: Apache-2.0
"""The suffixes of images and label maps in a user's own folders."""

from collections.abc import Sequence

from mmengine.config import Config

from mmmetaformer.checks.label_maps.suffixes import Pairing, find_pairing
from mmmetaformer.errors import ConfigError
from mmmetaformer.host import SPLITS, data_sets_of, is_local, kinds_of
from mmmetaformer.launchers import is_first_process

__all__ = ['use_suffixes']

KEYS = ('img_suffix', 'seg_map_suffix')


def use_suffixes(cfg: Config, options: Sequence[str]) -> None:
    """Use the suffixes found where the config's pair no image with a label map.

    Args:
        cfg: The run's config with all options in it, changed in place.
        options: The words after `--cfg-options`; suffixes among them stay.

    Raises:
        ConfigError: Several suffixes fit; the message has them.
    """
    if any(f'{key}=' in word for word in options for key in KEYS):
        return
    scope = cfg.get('default_scope')
    said = set()
    for dataset in data_sets_of(cfg, *SPLITS):
        if not (is_local(dataset) and 'BaseSegDataset' in kinds_of(dataset, scope)):
            continue
        found = find_pairing(dataset, scope)
        if not found:
            continue
        if len(found) > 1:
            raise ConfigError(_several(found))
        image, labels = found[0].suffixes
        dataset.update(img_suffix=image, seg_map_suffix=labels)
        text = f'Images in {found[0].image_folder} end with {image}, label maps with '
        if text not in said and is_first_process():
            print(f'{text}{labels}.', flush=True)
        said.add(text)


def _several(found: Sequence[Pairing]) -> str:
    pairs = '; '.join(
        f'{image} with {labels}' for image, labels in (one.suffixes for one in found)
    )
    image, labels = found[-1].suffixes
    key = '{train,val,test}_dataloader.dataset'
    return (
        f'several suffixes pair images in {found[0].image_folder} with label maps in '
        f'{found[0].map_folder}: {pairs}. Choose one: --cfg-options '
        f'{key}.img_suffix={image} {key}.seg_map_suffix={labels}'
    )
