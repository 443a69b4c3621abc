# SPDX-License-Identifier: Apache-2.0
"""The commands in the project's pages."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ['PAGES', 'Command', 'commands_in', 'commands_of']

PAGES = ('README.md', 'CONTRIBUTING.md', 'tools/README.md', 'docs/*.md')
BLOCK = re.compile(r'^```(?:bash|shell|console)\n(.*?)^```$', re.M | re.S)
ANY_BLOCK = re.compile(r'^```.*?^```$', re.M | re.S)
# In running text, only what is a command of this project.
INLINE = re.compile(r'`((?:python |bash |sudo )?(?:tools/|mmmetaformer |make )[^`]+)`')
SEPARATORS = {'&&', '||', '|', ';', '>', '>>', '<'}


@dataclass(frozen=True)
class Command:
    """A command of a page.

    Args:
        page: The page, from the root of the repository.
        words: Its words, without the settings of environment variables before it.
    """

    page: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f'{self.page}: {shlex.join(self.words)}'


def commands_in(root: Path) -> Iterator[Command]:
    """Yield the commands of all pages, each once for a page."""
    for pattern in PAGES:
        for page in sorted(root.glob(pattern)):
            name = page.relative_to(root).as_posix()
            text = page.read_text('utf-8')
            spans = INLINE.findall(ANY_BLOCK.sub('', text))
            scripts = [*BLOCK.findall(text), *(' '.join(s.split()) for s in spans)]
            found = [words for script in scripts for words in commands_of(script)]
            for words in dict.fromkeys(found):
                yield Command(name, words)


def commands_of(script: str) -> Iterator[tuple[str, ...]]:
    """Yield the commands of a script of simple lines, as words."""
    for line in script.replace('\\\n', ' ').splitlines():
        command: list[str] = []
        for word in (*_words(line), ';'):
            if word not in SEPARATORS:
                command.append(word)
                continue
            while command and re.match(r'[A-Z_]+=', command[0]):
                del command[0]
            if command and word not in ('<', '>', '>>'):
                yield tuple(command)
            command = []


def _words(line: str) -> list[str]:
    # Placeholders such as <address of this repository> are one word.
    line = re.sub(r'<([\w ,]+)>', lambda found: re.sub(r'\W+', '_', found[1]), line)
    lexer = shlex.shlex(line, posix=True, punctuation_chars='&|;<>')
    lexer.whitespace_split = True
    lexer.commenters = '#'
    return list(lexer)
