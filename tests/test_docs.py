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
