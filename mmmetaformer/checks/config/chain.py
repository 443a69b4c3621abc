# SPDX-License-Identifier: Apache-2.0
"""The files that a config consists of, and which names each sets and reads."""

import ast
import importlib.util
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import mmengine
from mmengine.config import Config

__all__ = ['ConfigFile', 'read_chain']

BASE = '_base_'
# `{{_base_.name}}`, mmengine's older way to read a variable of a base config.
BASE_VARIABLE = re.compile(r'\{\{\s*_base_\.(\w+)[\w.]*\s*\}\}')
# The others of the kind, `{{fileBasename}}` and `{{$VARIABLE:default}}`, need not be
# Python.
TEMPLATE = re.compile(r'\{\{[^{}]*\}\}')
# With these, any name may be read.
NAMESPACES = {'globals', 'locals', 'vars', 'eval', 'exec'}


@dataclass(frozen=True)
class ConfigFile:
    """A file of a config.

    Args:
        path: The file.
        sets: Names that it assigns at its top level.
        reads: Names of its own that it reads.
        reads_of_bases: Names of its base configs that it reads.
        reads_all: Whether it may read any name, as with `locals()`.
        bases: Its base configs.
    """

    path: Path
    sets: frozenset[str]
    reads: frozenset[str] = frozenset()
    reads_of_bases: frozenset[str] = frozenset()
    reads_all: bool = False
    bases: list['ConfigFile'] = field(default_factory=list)

    def unread(self, above: frozenset[str] = frozenset()) -> Iterator[tuple[Path, str]]:
        """Yield file and name of each variable that no file reads.

        Args:
            above: What the files read that have this one as a base.
        """
        if self.reads_all:
            return
        for name in sorted(self.sets - self.reads - above):
            yield self.path, name
        for base in self.bases:
            yield from base.unread(above | self.reads_of_bases)


def read_chain(path: Path) -> ConfigFile:
    """Read a config file and its base configs.

    Args:
        path: A file that mmengine can load: Python, JSON or YAML.
    """
    text = path.read_text(encoding='utf-8')
    from_templates = frozenset(BASE_VARIABLE.findall(text))
    if path.suffix != '.py':
        content = mmengine.load(path)
        return ConfigFile(
            path,
            frozenset(content) - {BASE},
            reads_of_bases=from_templates,
            bases=_bases(path, content.get(BASE, [])),
        )
    tree = ast.parse(TEMPLATE.sub('None', text))
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    reads = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    sets = {node.id for node in names if isinstance(node.ctx, ast.Store)} - {BASE}
    imported = list(_imported_bases(tree, path))
    if imported:
        # A base config's names are those of the file that imports it.
        return ConfigFile(
            path,
            frozenset(sets),
            reads=frozenset(reads),
            reads_of_bases=frozenset(reads),
            reads_all=bool(reads & NAMESPACES),
            bases=[read_chain(base) for base in imported],
        )
    return ConfigFile(
        path,
        frozenset(sets),
        reads=frozenset(reads),
        reads_of_bases=from_templates | frozenset(_read_of_base(tree)),
        reads_all=bool(reads & NAMESPACES),
        bases=_bases(path, _assigned_bases(tree)),
    )


def _bases(path: Path, bases: str | list[str]) -> list[ConfigFile]:
    listed = [bases] if isinstance(bases, str) else bases
    # mmengine's own rule for relative paths and for `package::path`.
    paths = [Config._get_cfg_path(base, str(path))[0] for base in listed]
    return [read_chain(Path(base)) for base in paths]


def _assigned_bases(tree: ast.Module) -> str | list[str]:
    """Return what `_base_` is set to, which mmengine evaluates by itself, too."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and _is_base(node.targets[0]):
            code = compile(ast.Expression(node.value), BASE, mode='eval')
            bases = eval(code)
            return bases if isinstance(bases, str) else list(bases)
    return []


def _is_base(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == BASE


def _read_of_base(tree: ast.Module) -> Iterator[str]:
    """Yield the names in `_base_.name`, `_base_['name']` and `_base_.get('name')`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _is_base(node.value):
            yield node.attr
        elif isinstance(node, ast.Subscript) and _is_base(node.value):
            yield from _strings([node.slice])
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and _is_base(node.func.value)
        ):
            yield from _strings(node.args)


def _strings(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _imported_bases(tree: ast.Module, path: Path) -> Iterator[Path]:
    """Yield the files that `with read_base():` imports."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.With):
            continue
        for line in node.body:
            if isinstance(line, ast.ImportFrom) and line.module:
                yield _module_file(line, path)


def _module_file(line: ast.ImportFrom, path: Path) -> Path:
    parts = str(line.module).split('.')
    if line.level:
        folder = path.absolute().parents[line.level - 1]
    else:
        # mmengine finds the configs of an installed package in its `.mim` folder.
        spec = importlib.util.find_spec(parts.pop(0))
        folder = Path(str(spec and spec.origin)).parent / '.mim'
    return folder.joinpath(*parts).with_suffix('.py')
