# SPDX-License-Identifier: Apache-2.0
"""Every compiled op that mmdet and mmseg reach has a stand-in, or a reason for none."""

import ast
import importlib.util
import re
from functools import cache
from pathlib import Path

import pytest

from mmmetaformer.compat.mmcv_ops.provided import PROVIDED

# Ops that are in a file of mmcv which they reach, but that they do not call.
UPRIGHT = 'boxes of mmdet and mmseg are upright: mmrotate calls it'
REASONS = {'nms_rotated': UPRIGHT, 'nms_quadri': UPRIGHT}


def package(name):
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent


OPS = package('mmcv') / 'ops'
FILES = {path.stem: path.read_text() for path in OPS.glob('*.py')}
if 'line_nms' in FILES:  # of onedl-mmcv
    REASONS['line_nms_forward'] = 'of the head for lanes, which is in no config here'
# What a file of mmcv.ops needs to reach a compiled op.
USES = re.compile(r'load_ext|^\s*from \.', re.M)
# `type='X'` of a config, also as "type": "X".
TYPE = re.compile(r'\btype[\'"]?\s*[=:]\s*[\'"](\w+)[\'"]')


@cache
def nodes(stem):
    """Return all parts of a file of mmcv.ops."""
    return list(ast.walk(ast.parse(FILES[stem])))


@cache
def where_defined():
    """Return the file of mmcv.ops that defines each name that it exports."""
    return {
        alias.asname or alias.name: node.module
        for node in nodes('__init__')
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


@cache
def where_registered():
    """Return the file that registers each name for configs."""
    found = {}
    for stem in (stem for stem, text in FILES.items() if 'register_module' in text):
        for node in nodes(stem):
            if not isinstance(node, ast.Call):
                continue
            if getattr(node.func, 'attr', '') == 'register_module':
                texts = [*node.args, *(word.value for word in node.keywords)]
                for text in texts:
                    if isinstance(text, ast.Constant) and isinstance(text.value, str):
                        found[text.value] = stem
    return found


def used_names(name):
    """Return what a package imports from mmcv.ops, or names as `type` of a config.

    Its configs are in `.mim`, which the wheel has.
    """
    imported, typed = set(), set()
    for path in package(name).rglob('*.py'):
        text = path.read_text()
        typed |= set(TYPE.findall(text))
        if 'mmcv.ops' not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            module = getattr(node, 'module', None) or ''
            if isinstance(node, ast.ImportFrom) and module.startswith('mmcv.ops'):
                imported |= {alias.name for alias in node.names}
    return imported, typed


@cache
def compiled(stem):
    """Return the compiled functions that a file of mmcv.ops and its imports name."""
    found, todo, seen = set(), [stem], set()
    while todo:
        seen.add(current := todo.pop())
        for node in nodes(current) if USES.search(FILES[current]) else ():
            if isinstance(node, ast.ImportFrom) and node.level == 1:
                todo += {node.module} & set(FILES) - seen
            if getattr(getattr(node, 'func', None), 'attr', '') == 'load_ext':
                found |= {element.value for element in node.args[1].elts}
    return found


def reached(name):
    """Return the compiled functions that a package reaches, and through which names."""
    exported, registered = where_defined(), where_registered()
    imported, typed = used_names(name)
    stems = {used: exported[used] for used in imported if used in exported}
    # mmdet finds RoI layers and NMS by their names in mmcv.ops.
    stems |= {used: exported[used] for used in typed & set(exported)}
    stems |= {used: registered[used] for used in typed & set(registered)}
    return {
        op: sorted(used for used, stem in stems.items() if op in compiled(stem))
        for op in set().union(*(compiled(stem) for stem in stems.values()))
    }


@pytest.mark.parametrize(
    ('name', 'among'),
    [('mmdet', {'nms', 'ms_deform_attn_forward'}), ('mmseg', {'psamask_forward'})],
)
def test_every_used_op_has_a_stand_in_or_a_reason(name, among):
    provided = {op.__name__ for op in PROVIDED}
    found = reached(name)
    assert among <= set(found)
    without = {op: by for op, by in found.items() if op not in provided | set(REASONS)}
    assert not without, f'no stand-in and no reason: {without}'


def test_reasons_and_stand_ins_are_those_of_ops_that_exist():
    everything = set().union(*(compiled(stem) for stem in FILES))
    provided = {op.__name__ for op in PROVIDED}
    assert provided <= everything
    assert set(REASONS) <= everything
    assert not provided & set(REASONS)
