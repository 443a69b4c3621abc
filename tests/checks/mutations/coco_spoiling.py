# SPDX-License-Identifier: Apache-2.0
"""Ways to spoil annotation files in COCO's format."""

TRAIN, VAL = 'instances_train2017.json', 'instances_val2017.json'


def content(change, split='train'):
    """Spoil the content of an annotation file."""

    def spoil(bench):
        change(bench.coco[split])
        bench.save()

    return spoil


def both(change):
    """Spoil the content of both annotation files."""

    def spoil(bench):
        for split in bench.coco.values():
            change(split)
        bench.save()

    return spoil


def one(key, value, split='train', of='annotations'):
    """Set a key of the third annotation, or of another third entry."""
    return content(lambda d: d[of][2].update({key: value}), split)


def each(change, of='annotations'):
    """Change every annotation, or other entry, of both files."""
    return both(lambda d: [change(entry) for entry in d[of]])


def without(key, of='annotations', split='train'):
    """Remove a key of the third entry."""
    return content(lambda d: d[of][2].pop(key), split)


def small(d):
    for image in d['images']:
        image.update(width=24, height=20)
