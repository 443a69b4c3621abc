# SPDX-License-Identifier: Apache-2.0
"""Links between the project's own files lead somewhere."""

import re

PAGES = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs', 'tools']
LINK = re.compile(r'\]\((?!https?:)([^)#]+)')


def pages(root):
    for page in map(root.joinpath, PAGES):
        yield from sorted(page.glob('*.md')) if page.is_dir() else [page]


def test_links(root):
    broken = [
        f'{page.relative_to(root)}: {target}'
        for page in pages(root)
        for target in LINK.findall(page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []


def rooms_in(folder):
    """Return the folders of Python files in a folder, and its own modules."""
    for path in folder.iterdir():
        if path.is_dir() and next(path.rglob('*.py'), None):
            yield f'{path.name}/'
        elif path.suffix == '.py' and path.name not in ('__init__.py', 'version.py'):
            yield path.name


def test_the_map_in_contributing_is_complete(root):
    text = (root / 'CONTRIBUTING.md').read_text()
    house = re.search(r'```\nmmmetaformer/\n(.*?)\nconfigs/', text, re.S)[1]
    mapped = re.findall(r'^  (\w+(?:/|\.py)) ', house, re.M)
    assert sorted(mapped) == sorted(rooms_in(root / 'mmmetaformer'))
    inner = set(re.findall(r'^    +(\w+/) ', house, re.M))
    folders = [
        p for p in (root / 'mmmetaformer').rglob('*/') if next(p.glob('*.py'), 0)
    ]
    assert inner <= {f'{folder.name}/' for folder in folders}
