# SPDX-License-Identifier: Apache-2.0
"""The site has every page, and its links lead somewhere."""

import re
import subprocess
import sys

import pytest


def nav_of(root):
    """Return the pages in the navigation, and the lines that are still comments."""
    nav = (root / 'mkdocs.yml').read_text().partition('\nnav:\n')[2]
    pages = re.findall(r'^ +- [^#\n]+: ([\w.]+)$', nav, re.M)
    waiting = re.findall(r'^ +# - [^#\n]+: ([\w.]+)$', nav, re.M)
    return pages, waiting


def test_every_page_is_in_the_navigation(root):
    pages, _ = nav_of(root)
    assert len(pages) == len(set(pages))
    generated = {'index.md', 'tools.md', 'changelog.md', 'contributing.md'}
    assert set(pages) - generated == {path.name for path in root.glob('docs/*.md')}


def test_a_place_is_kept_only_for_pages_that_are_not_there(root):
    _, waiting = nav_of(root)
    assert [name for name in waiting if (root / 'docs' / name).exists()] == []


def test_pages_from_outside_of_docs(root):
    hook = (root / 'docs/site_hook.py').read_text()
    sources = re.findall(r"^    '([\w./]+\.md)': '\w+\.md',$", hook, re.M)
    assert len(sources) == 4
    assert all((root / source).is_file() for source in sources)


@pytest.mark.slow
def test_the_site_builds(root, tmp_path):
    pytest.importorskip('mkdocs')
    build = [sys.executable, '-m', 'mkdocs', 'build', '--strict', '-d', tmp_path]
    done = subprocess.run(build, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert '<img alt=' in (tmp_path / 'concepts.html').read_text()
    assert (
        'id="mmmetaformer.models.backbones.caformer.CAFormer"'
        in (tmp_path / 'api.html').read_text()
    )
    assert (tmp_path / 'configs/upernet_convformer.py').is_file()
