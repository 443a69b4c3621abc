# SPDX-License-Identifier: Apache-2.0
"""XML whose elements know their lines, so that a message can name them."""

from pathlib import Path
from xml.parsers import expat

__all__ = ['Element', 'XmlError', 'read_xml']


class XmlError(Exception):
    """A file that is no XML; the message is 'LINE: why'."""


class Element:
    """An element of an XML file.

    Attributes:
        tag: Its name.
        line: The line on which it begins.
        text: The text directly in it, without spaces around it.
        children: The elements directly in it.
    """

    def __init__(self, tag: str, line: int) -> None:
        self.tag = tag
        self.line = line
        self.text = ''
        self.children: list[Element] = []

    def find(self, tag: str) -> 'Element | None':
        """Return the first child with this name."""
        return next(iter(self.all(tag)), None)

    def all(self, tag: str) -> 'list[Element]':
        """Return the children with this name."""
        return [child for child in self.children if child.tag == tag]

    def text_of(self, tag: str) -> str:
        """Return the text of the first child with this name, '' without one."""
        child = self.find(tag)
        return child.text if child else ''


def read_xml(path: Path) -> Element:
    """Read an XML file. Entities that it defines itself are refused.

    Raises:
        XmlError: It is not well-formed.
    """
    root = Element('', 0)
    open_elements = [root]
    parser = expat.ParserCreate()

    def start(tag: str, _: dict[str, str]) -> None:
        element = Element(tag, parser.CurrentLineNumber)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def end(_: str) -> None:
        element = open_elements.pop()
        element.text = element.text.strip()

    def characters(data: str) -> None:
        open_elements[-1].text += data

    def entity(name: str, *_: object) -> None:
        # No annotation needs one, and a few of them fill the memory.
        raise XmlError(f'{parser.CurrentLineNumber}: it defines the entity {name!r}')

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.EntityDeclHandler = entity
    try:
        parser.Parse(path.read_bytes(), True)
    except expat.ExpatError as error:
        words = expat.ErrorString(error.code)
        raise XmlError(f'{error.lineno}: not well-formed XML ({words})') from None
    return root.children[0]
