# SPDX-License-Identifier: Apache-2.0
"""What to do about arguments that nothing takes."""

import re
from collections.abc import Sequence
from pathlib import Path

from mmengine.config import Config

from mmmetaformer.text import did_you_mean, shortened

from .former_names import FORMER_ARGUMENTS

__all__ = ['text_over_base', 'way_out']

MAX_VALID = 12


def text_over_base(cfg: Config) -> str | None:
    """Return the text of a config's own file, None if it has no base config."""
    if not cfg.filename or not Path(cfg.filename).is_file():
        return None
    text = Path(cfg.filename).read_text(encoding='utf-8')
    return text if '_base_' in text or 'read_base' in text else None


def way_out(
    registry: str,
    unknown: Sequence[str],
    taken: Sequence[str],
    valid: Sequence[str],
    text: str | None,
) -> str:
    """Return a sentence or two: the names meant, or how to get rid of the base's.

    Args:
        registry: The registry of what does not take them, '' if it is in none.
        unknown: The arguments that are not valid.
        taken: All that it takes, those that mmengine adds too.
        valid: Those that a config has to say.
        text: What `text_over_base` returns.
    """
    former = FORMER_ARGUMENTS.get(registry, {})
    renamed = [f'{name!r} {former[name]}' for name in unknown if name in former]
    if renamed:
        return f'{"; ".join(renamed)}.'
    near = did_you_mean(unknown[0], taken).strip()
    inherited = text is not None and not any(
        re.search(rf'\b{re.escape(name)}\b', text) for name in unknown
    )
    words = [near] if near else []
    if inherited and not near:
        what = 'it comes' if len(unknown) == 1 else 'they come'
        words.append(f'If {what} from the base config, add _delete_=True to this dict.')
    return ' '.join([*words, f'Valid: {shortened(valid, MAX_VALID) or "none"}.'])
