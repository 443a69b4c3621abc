# SPDX-License-Identifier: Apache-2.0
"""Convert your data, or fetch COCO and ADE20K, to the layouts that configs train on."""

import argparse

from mmmetaformer.prepare.archives.official import OFFICIAL
from mmmetaformer.run.command_line import label

MOST_VALUE = 65535


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add those of this command."""
    formats = parser.add_subparsers(dest='format', required=True, metavar='FORMAT')

    def add(name: str, what: str, source: str | None) -> argparse.ArgumentParser:
        child = formats.add_parser(name, help=what, description=f'{what}.')
        if source:
            child.add_argument('source', metavar='FOLDER', help=source)
        return child

    voc = add('voc', "VOC's XML files, to COCO's layout", 'such as VOCdevkit/VOC2012')
    voc.add_argument('--images', metavar='FOLDER', help='images in another folder')
    voc.add_argument(
        '--annotations', metavar='FOLDER', help='XML files in another folder'
    )
    voc.add_argument(
        '--boxes-from',
        type=int,
        choices=(0, 1),
        default=1,
        help="the number of the first pixel (default: 1, as VOC's)",
    )
    voc.add_argument(
        '--difficult',
        choices=('ignore', 'keep', 'drop'),
        default='ignore',
        help='difficult objects count as neither right nor wrong (default), as any '
        'other, or are left out',
    )
    yolo = add(
        'yolo', "YOLO's text files, to COCO's layout", 'the data.yaml or its folder'
    )
    labelme = add(
        'labelme', "LabelMe's JSON files, to either layout", 'JSON and images'
    )
    labelme.add_argument(
        '--to',
        choices=('coco', 'ade20k'),
        default='coco',
        help='objects for detectors (default), or label maps for segmentors',
    )
    masks = add('masks', "images and masks, to ADE20K's layout", None)
    masks.add_argument('--images', metavar='FOLDER', required=True)
    masks.add_argument('--masks', metavar='FOLDER', required=True)
    masks.add_argument('--val-images', metavar='FOLDER', help='those for validation')
    masks.add_argument('--val-masks', metavar='FOLDER')
    masks.add_argument(
        '--palette',
        metavar='FILE',
        help='a colour and its class per line, such as `64 0 128 car`; without it, '
        'pixels are numbers',
    )
    masks.add_argument(
        '--ignore-class',
        nargs='+',
        action='extend',
        metavar='NAME',
        help='names of the palette that are no class, such as Void',
    )
    masks.add_argument(
        '--labels-from',
        type=int,
        choices=(0, 1),
        help='the number of the first class: 0 (default), or 1 with 0 ignored',
    )
    masks.add_argument(
        '--ignore-label',
        nargs='+',
        action='extend',
        type=label,
        metavar='N',
        help='numbers that are no class; 255 is ignored anyway',
    )
    masks.add_argument(
        '--values',
        nargs='+',
        type=_value,
        metavar='N',
        help='the number of each class, such as 0 255, in the order of --classes',
    )
    cityscapes = add(
        'cityscapes',
        "Cityscapes, to ADE20K's layout",
        'the folder with leftImg8bit and gtFine',
    )
    for name in OFFICIAL:
        _add_official(add(name, f"{name.upper()}'s official archives", None), name)
    for child in (voc, yolo, labelme, masks):
        child.add_argument(
            '--classes',
            nargs='+',
            metavar='NAME',
            help='the classes in the order of their labels, or a file with one name '
            'per line (default: those that are found)',
        )
        child.add_argument(
            '--subset', action='store_true', help='leave out what is not in --classes'
        )
    for child in (voc, yolo, labelme, masks, cityscapes):
        _add_target(child)
    cityscapes.set_defaults(classes=None)


def _add_official(parser: argparse.ArgumentParser, name: str) -> None:
    place = OFFICIAL[name].target
    parser.add_argument(
        '--out', metavar='FOLDER', help=f'where it is unpacked (default: {place})'
    )
    parser.add_argument(
        '--from',
        dest='from_folder',
        metavar='FOLDER',
        help='take the archives, or what they contain, from a folder instead of '
        'downloading them',
    )
    parser.add_argument(
        '--keep-archives',
        action='store_true',
        help='keep downloaded archives in .archives of that folder',
    )


def _add_target(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--out',
        metavar='FOLDER',
        required=True,
        help='the new folder, such as data/mine',
    )
    parser.add_argument(
        '--val',
        type=_share,
        metavar='SHARE',
        help='draw a part for validation (default: the split of the data, else 0.2)',
    )
    parser.add_argument(
        '--seed', type=int, default=0, metavar='N', help='another one draws others'
    )
    parser.add_argument(
        '--copy', action='store_true', help='copy the images (default: hard links)'
    )
    parser.add_argument(
        '--skip-missing',
        action='store_true',
        help='leave out what has no image or no mask, instead of stopping',
    )


def run(args: argparse.Namespace) -> None:
    """Convert, or fetch."""
    if args.format in OFFICIAL:
        from mmmetaformer.prepare.archives.run import prepare_official

        prepare_official(args)
        return
    from mmmetaformer.run.own_data import read_classes

    classes = read_classes(args.classes) if args.classes else None
    if args.format in ('voc', 'yolo') or getattr(args, 'to', '') == 'coco':
        from mmmetaformer.prepare.convert_boxes import convert_boxes

        convert_boxes(args, classes)
    else:
        from mmmetaformer.prepare.convert_maps import convert_maps

        convert_maps(args, classes)


def _share(word: str) -> float:
    try:
        share = float(word)
    except ValueError:
        share = 0.0
    if not 0 < share < 1:
        raise argparse.ArgumentTypeError(f'takes a part between 0 and 1, got {word!r}')
    return share


def _value(word: str) -> int:
    if not word.isdecimal() or int(word) > MOST_VALUE:
        raise argparse.ArgumentTypeError(
            f'takes numbers from 0 to {MOST_VALUE}, got {word!r}'
        )
    return int(word)
