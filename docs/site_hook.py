# SPDX-License-Identifier: Apache-2.0
"""MkDocs hook: pages and files outside of `docs/` that the site needs.

Links in the repository's pages are paths of the repository, so that they also work
where the repository is browsed. Here they become paths of the site.
"""

import os
import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
#: Pages outside of docs/, and where they are in the site.
PAGES = {
    'README.md': 'index.md',
    'tools/README.md': 'tools.md',
    'CHANGELOG.md': 'changelog.md',
    'CONTRIBUTING.md': 'contributing.md',
}
LINK = re.compile(r'(\]\()(?!https?:|mailto:|#)([^)#\s]+)')


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of `PAGES`, and the files that pages link to."""
    for source, target in PAGES.items():
        files.append(File.generated(config, target, content=_read(source)))
    assets = (ROOT / 'LICENSE', ROOT / 'Dockerfile')
    for path in (*assets, *sorted((ROOT / 'configs').rglob('*.py'))):
        name = path.relative_to(ROOT).as_posix()
        files.append(File.generated(config, name, abs_src_path=str(path)))
    return files


def on_page_markdown(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Turn links by paths of the repository into links by paths of the site."""
    site_path = page.file.src_uri
    sources = {target: source for source, target in PAGES.items()}
    here = posixpath.dirname(sources.get(site_path, f'docs/{site_path}'))

    def replaced(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(here, match[2]))
        inside = PAGES.get(target, target.removeprefix('docs/'))
        return match[1] + os.path.relpath(inside, posixpath.dirname(site_path) or '.')

    return LINK.sub(replaced, markdown)


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding='utf-8')
