"""The bounds of the gate: what a model must hold to be put into force. Pure."""

from typing import Annotated, Literal, TypeAlias

import msgspec

from contracts.bundle import Share

ProtectedAttribute: TypeAlias = Literal["gender", "age", "elderly", "family status"]
"""What fairness is measured by; a name that is none of these would hold nobody to anything."""

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=1)]


class GateRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The bounds; see `policy.toml`.

    Groups below two per cent of the applicants are not judged after 29 CFR 1607.15(A)(2)(a), and
    four fifths are those of 29 CFR 1607.4(D).

    Attributes:
        calibration_error: the largest expected calibration error.
        significance: how unlikely under a calibrated model the errors must be to count.
        overlap_rows: the least number of applicants that neither the model nor the champion had
            seen, for the two to be compared at all.
        overlap_defaults: the least number of defaults among them.
        four_fifths: the least ratio of a group's approval rate to that of the group approved most.
        four_fifths_of: the attributes by which groups are held to it; of the others a group below
            it is told. Of age, credit law protects the elderly (12 CFR 1002.6(b)(2)).
        small_share: the least share of the applicants for a group to be judged.
        small_rows: the least number of applicants for it.
        small_defaults: the least number of defaults for a segment's AUC to be relied on.
    """

    calibration_error: Share = 0.02
    significance: Share = 0.01
    overlap_rows: Count = 500
    overlap_defaults: Count = 50
    four_fifths: Share = 0.8
    four_fifths_of: tuple[ProtectedAttribute, ...] = ("gender", "elderly", "family status")
    small_share: Share = 0.02
    small_rows: Count = 100
    small_defaults: Count = 20

    def is_small(self, rows: int, of: int) -> bool:
        """Whether a group of so many among all applicants is too small to be judged."""
        return rows < max(self.small_rows, self.small_share * of)
