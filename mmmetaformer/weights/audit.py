# SPDX-License-Identifier: Apache-2.0
"""Every tensor of a file and of a model accounted for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor

from mmmetaformer.text import shortened

from .anatomy import anatomy, differences

__all__ = ['Audit', 'compare']

# The published classifier and the norm behind its pooling have no place in a backbone.
CLASSIFIER = ('norm.', 'head.')
OUT_NORMS = 'out_norms.'  # start fresh: no published file has them


@dataclass
class Audit:
    """What fits and what does not.

    Attributes:
        matched: Names in both, of the same shape.
        new: Of the model alone, as expected: output norms.
        dropped: Of the file alone, as expected: the classifier, stages that are not
            built, what lies outside the prefix.
        missing: Of the model alone.
        unexpected: Of the file alone.
        reshaped: Names in both, with the shapes in the file and the model.
        share: Part of the model's values that the matched tensors cover, in [0, 1].
        hints: Likely causes.
    """

    matched: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    reshaped: list[str] = field(default_factory=list)
    share: float = 0.0
    hints: list[str] = field(default_factory=list)

    @property
    def fits(self) -> bool:
        """Whether nothing is missing, left over or of another shape."""
        return not (self.missing or self.unexpected or self.reshaped)

    def counts(self) -> str:
        """One line of counts."""
        return (
            f'{len(self.matched)} matched ({self.share:.1%} of the values), '
            f'{len(self.new)} new, {len(self.dropped)} dropped, '
            f'{len(self.missing)} missing, {len(self.unexpected)} unexpected, '
            f'{len(self.reshaped)} of another shape'
        )

    def problems(self) -> str:
        """The names behind the problems, and the likely cause."""
        lines = [
            f'  {what}: {shortened(names)}'
            for what, names in (
                ('missing', self.missing),
                ('unexpected', self.unexpected),
                ('of another shape', self.reshaped),
            )
            if names
        ]
        return '\n'.join([*lines, *(f'  likely cause: {hint}' for hint in self.hints)])


def compare(
    weights: Mapping[str, Tensor],
    own: Mapping[str, Tensor],
    unknown: list[str],
    left_out: list[str],
) -> Audit:
    """Hold a file's weights against a model's.

    Args:
        weights: The file's, in our names.
        own: The model's state dict.
        unknown: Names in the file that its layout does not know.
        left_out: Names in the file outside the user's prefix.
    """
    audit = Audit(dropped=list(left_out), unexpected=list(unknown))
    for key, value in weights.items():
        if key not in own:
            expected = key.startswith((*CLASSIFIER, OUT_NORMS)) or _not_built(key, own)
            (audit.dropped if expected else audit.unexpected).append(key)
        elif value.shape == own[key].shape:
            audit.matched.append(key)
        else:
            audit.reshaped.append(
                f'{key} {tuple(value.shape)}, {tuple(own[key].shape)} here'
            )
    for key in own:
        if key not in weights:
            is_new = key.startswith(OUT_NORMS)
            (audit.new if is_new else audit.missing).append(key)
    covered = sum(own[key].numel() for key in audit.matched)
    audit.share = covered / max(1, sum(value.numel() for value in own.values()))
    if not audit.fits:
        audit.hints = _likely_causes(weights, own)
    return audit


def _not_built(key: str, own: Mapping[str, Tensor]) -> bool:
    """Whether a weight is of a stage behind the model's last."""
    part, _, rest = key.partition('.')
    if part not in ('stages', 'downsample_layers'):
        return False
    built = {name.split('.')[1] for name in own if name.startswith('stages.')}
    stage = rest.split('.')[0]
    return stage.isdecimal() and int(stage) > max(map(int, built))


def _likely_causes(
    weights: Mapping[str, Tensor], own: Mapping[str, Tensor]
) -> list[str]:
    theirs, ours = anatomy(weights), anatomy(own)
    if theirs is None or ours is None:
        return ['the file is of another kind of network']
    return differences(theirs, ours)
