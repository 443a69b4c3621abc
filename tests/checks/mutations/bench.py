# SPDX-License-Identifier: Apache-2.0
"""One run to be spoiled: its data, its config and its command line."""

import itertools
import shutil
from pathlib import Path

import numpy as np
from PIL import Image
from sound_configs import CONFIGS
from sound_data import FIELD, FRUIT, save_coco, write_ade, write_coco

ROOT = Path(__file__).parents[3]
numbers = itertools.count()


class Bench:
    """A sound run in a folder of its own.

    Attributes:
        data: The folder of the data.
        coco: Content of the annotation files by split, written by `words`.
        config: Text of the config.
        classes: What `--classes` names; leave it empty for no such option.
        options: More words for the command line.
        cfg_options: Words after `--cfg-options`.
    """

    def __init__(self, folder, base):
        self.base = base
        self.folder = folder
        self.data = folder / 'own'
        self.work_dir = folder / 'work'
        self.config = CONFIGS[base].replace('{root}', str(ROOT))
        self.options = []
        self.cfg_options = []
        self.coco = {}
        if base == 'maps':
            self.classes = list(FIELD)
            write_ade(self.data)
        else:
            self.classes = list(FRUIT)
            self.coco = write_coco(self.data)
            if base == 'boxes':
                for annotation in self.annotations('train', 'val'):
                    del annotation['segmentation']
        if self.coco:
            self.save()

    def save(self):
        """Write the annotation files as they are now."""
        save_coco(self.data, self.coco)

    def words(self):
        """Write the config; return the command line of tools/train.py."""
        # Names of runs are names of configs with the second, and loggers are found by
        # the name of the run.
        file = self.folder / f'run_{next(numbers)}.py'
        file.write_text(self.config, encoding='utf-8')
        words = [str(file), '--work-dir', str(self.work_dir)]
        if self.data is not None:
            words += ['--data-root', str(self.data)]
        if self.classes:
            words += ['--classes', *self.classes]
        if self.cfg_options:
            words += ['--cfg-options', *self.cfg_options]
        return [*words, *self.options]

    def annotations(self, *splits):
        """All annotations of these splits."""
        return [a for split in splits for a in self.coco[split]['annotations']]

    def json(self, split='train'):
        """The annotation file of a split."""
        return self.data / 'annotations' / f'instances_{split}2017.json'

    def images(self, split='train'):
        """The image files of a split, sorted."""
        if self.base == 'maps':
            folder = (
                self.data
                / 'images'
                / ('training' if split == 'train' else 'validation')
            )
        else:
            folder = self.data / f'{split}2017'
        return sorted(file for file in folder.rglob('*') if file.is_file())

    def maps(self, *splits):
        """The label maps of these splits, all by default, sorted."""
        names = {'train': 'training', 'val': 'validation'}
        return [
            file
            for split in splits or names
            for file in sorted((self.data / 'annotations' / names[split]).rglob('*'))
            if file.is_file()
        ]

    def relabel(self, table, *splits):
        """Replace labels in the maps; `table` has the new label of each old one."""
        for file in self.maps(*splits):
            labels = np.array(Image.open(file))
            Image.fromarray(np.asarray(table, np.uint8)[labels]).save(file)

    def rename(self, files, suffix):
        """Save images under another suffix, in the format that it says."""
        for file in files:
            if suffix.lower() == file.suffix.lower():
                shutil.move(file, file.with_suffix(suffix))
            else:
                Image.open(file).save(file.with_suffix(suffix))
                file.unlink()
