# SPDX-License-Identifier: Apache-2.0
"""Whether the files that a data set's config names exist."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import data_sets, is_local, type_name
from mmmetaformer.text import shortened

__all__ = ['check_files']

# What a newcomer needs to see, by the type of the data set.
LAYOUTS = {
    'CocoDataset': """\
    {root}/
      annotations/instances_train2017.json, instances_val2017.json
      train2017/*.jpg
      val2017/*.jpg
  (COCO 2017, https://cocodataset.org)""",
    'ADE20KDataset': """\
    {root}/
      images/training/*.jpg       annotations/training/*.png
      images/validation/*.jpg     annotations/validation/*.png
  (SceneParse150, http://sceneparsing.csail.mit.edu)""",
    'CityscapesDataset': """\
    {root}/
      leftImg8bit/train/CITY/*_leftImg8bit.png    gtFine/train/CITY/*_labelTrainIds.png
      leftImg8bit/val/CITY/*_leftImg8bit.png      gtFine/val/CITY/*_labelTrainIds.png
  (https://www.cityscapes-dataset.com; csCreateTrainIdLabelImgs of cityscapesscripts
  writes the label maps)""",
    'LoveDADataset': """\
    {root}/
      img_dir/train/*.png         ann_dir/train/*.png
      img_dir/val/*.png           ann_dir/val/*.png
  (as mmseg's tools/dataset_converters/loveda.py writes them)""",
    'PascalVOCDataset': """\
    {root}/
      JPEGImages/*.jpg            SegmentationClass/*.png
      ImageSets/Segmentation/train.txt, val.txt
  (VOCdevkit/VOC2012, http://host.robots.ox.ac.uk/pascal/VOC)""",
    'VOCDataset': """\
    {root}/
      VOC2007/JPEGImages/*.jpg, Annotations/*.xml, ImageSets/Main/trainval.txt, test.txt
      VOC2012/JPEGImages/*.jpg, Annotations/*.xml, ImageSets/Main/trainval.txt
  (VOCdevkit, http://host.robots.ox.ac.uk/pascal/VOC)""",
}


def check_files(
    dataset: Mapping[str, Any],
    evaluators: Sequence[Mapping[str, Any]] = (),
    split: str = 'train',
) -> None:
    """Refuse a data set whose annotation file or folders do not exist.

    Files that another storage backend fetches (`backend_args`) are not checked.

    Args:
        dataset: The data set's config, wrapped or not.
        evaluators: Configs of the evaluators that go with it.
        split: Whose data set it is.

    Raises:
        ConfigError: The message has the first missing path, the expected layout, and
            `--sample-data`.
    """
    for inner in data_sets(dataset):
        if not is_local(inner):
            continue
        for path, part, key in _paths(inner, evaluators):
            if not path.exists():
                reader = f'the {type_name(part)} of {split}_'
                reader += 'dataloader' if part is inner else 'evaluator'
                raise ConfigError(_message(path, inner, f'{reader} reads it ({key})'))


def _paths(
    dataset: Mapping[str, Any], evaluators: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[Path, Mapping[str, Any], str]]:
    """Yield each path, the config that has it, and its key there."""
    root = Path(dataset.get('data_root') or '')
    if dataset.get('data_root'):
        yield root, dataset, 'data_root'
    if dataset.get('ann_file'):
        yield root / dataset['ann_file'], dataset, 'ann_file'
    for key, folder in dataset.get('data_prefix', {}).items():
        if folder:
            yield root / folder, dataset, f'data_prefix.{key}'
    for metric in evaluators:
        if metric.get('ann_file'):
            yield Path(metric['ann_file']), metric, 'ann_file'


def _message(path: Path, dataset: Mapping[str, Any], reader: str) -> str:
    root = dataset.get('data_root') or '.'
    layout = LAYOUTS.get(dataset['type'])
    expected = f'Expected:\n{layout.format(root=root)}\n' if layout else ''
    return (
        f'{path} does not exist; {reader}{_found(Path(root))}.\n'
        f'{expected}'
        'Link your copy to that folder, or name another folder with --data-root FOLDER '
        '(for other names of files in it, see docs/data.md); or try the config on '
        'synthetic data with --sample-data.'
    )


def _found(root: Path) -> str:
    if not root.is_dir():
        return ''
    names = sorted(path.name for path in root.iterdir())
    return f'; {root} has {shortened(names) or "no files"}'
