# SPDX-License-Identifier: Apache-2.0
"""Compare the tensors of a file with those of a model, and report every one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor

from mmmetaformer.text import shortened

from .activations import activation_hint, only_activations_differ
from .anatomy import anatomy, differences

__all__ = ['CLASSIFIER', 'OUT_NORMS', 'Audit', 'compare']

# A backbone has no classifier, and no norm after the global pooling.
CLASSIFIER = ('norm.', 'head.')
OUT_NORMS = 'out_norms.'  # no published file has them: initialized, not loaded


@dataclass
class Audit:
    """A report that lists every tensor, by key.

    Attributes:
        matched: In both, with the same shape.
        new: Only in the model, as expected: output norms.
        dropped: Only in the file, as expected: the classifier, stages that the model
            does not build, keys outside the prefix.
        missing: Only in the model.
        unexpected: Only in the file.
        reshaped: In both, with different shapes; each entry has both shapes.
        share: Fraction of the model's parameters that the matched tensors cover.
        other_activations: Whether all tensors match except the parameters of whole
            activations: the file is of another network.
        hints: Likely causes of a mismatch.
    """

    matched: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    reshaped: list[str] = field(default_factory=list)
    share: float = 0.0
    other_activations: bool = False
    hints: list[str] = field(default_factory=list)

    @property
    def fits(self) -> bool:
        """Whether there are no missing or unexpected keys and no shape mismatches."""
        return not (self.missing or self.unexpected or self.reshaped)

    def counts(self) -> str:
        """Return the counts in one line."""
        return (
            f'{len(self.matched)} matched ({self.share:.1%} of the parameters), '
            f'{len(self.new)} new, {len(self.dropped)} dropped, '
            f'{len(self.missing)} missing, {len(self.unexpected)} unexpected, '
            f'{len(self.reshaped)} with a different shape'
        )

    def problems(self) -> str:
        """Return the keys that do not match, and the likely cause."""
        lines = [
            f'  {what}: {shortened(names)}'
            for what, names in (
                ('missing keys', self.missing),
                ('unexpected keys', self.unexpected),
                ('different shape', self.reshaped),
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
    """Compare the weights of a file with the state dict of a model.

    Args:
        weights: The file's weights, in our layout.
        own: The model's state dict.
        unknown: Keys in the file that are not part of its layout.
        left_out: Keys in the file outside the user's prefix.
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
                f'{key} {tuple(value.shape)}, expected {tuple(own[key].shape)}'
            )
    for key in own:
        if key not in weights:
            is_new = key.startswith(OUT_NORMS)
            (audit.new if is_new else audit.missing).append(key)
    covered = sum(own[key].numel() for key in audit.matched)
    audit.share = covered / max(1, sum(value.numel() for value in own.values()))
    if not audit.fits:
        audit.other_activations = not audit.reshaped and only_activations_differ(
            audit.missing, audit.unexpected, weights, own
        )
        audit.hints = _likely_causes(weights, own, audit)
    return audit


def _not_built(key: str, own: Mapping[str, Tensor]) -> bool:
    """Whether a key belongs to a stage after the last one of the model."""
    part, _, rest = key.partition('.')
    if part not in ('stages', 'downsample_layers'):
        return False
    built = {name.split('.')[1] for name in own if name.startswith('stages.')}
    stage = rest.split('.')[0]
    return stage.isdecimal() and int(stage) > max(map(int, built))


def _likely_causes(
    weights: Mapping[str, Tensor], own: Mapping[str, Tensor], audit: Audit
) -> list[str]:
    theirs, ours = anatomy(weights), anatomy(own)
    if theirs is None or ours is None:
        return ['the file is not a MetaFormer']
    if audit.other_activations:
        return [activation_hint(audit.missing, weights, theirs)]
    return differences(theirs, ours)
