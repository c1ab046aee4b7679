"""From attributions to the principal reasons a customer can be told. Pure.

12 CFR 1002.9(b)(2) asks for the specific principal reasons that were really used; the official
commentary finds more than four unlikely to help. 15 USC 1681g(f) wants the number of bureau
inquiries told wherever it counts against the customer, beyond the limit of four.
"""

from collections.abc import Mapping, Sequence

from contracts.bundle import ReasonGroup
from contracts.events import ReasonGiven

MOST_REASONS = 4
INQUIRIES = "BUREAU_ENQUIRIES"
"""The code of the group that may come fifth."""


def principal_reasons(
    attributions: Mapping[str, float], groups: Sequence[ReasonGroup]
) -> tuple[ReasonGiven, ...]:
    """The groups that raise the risk, strongest first, at most four.

    A group weighs what its features add together, so inputs that move together are told once and
    what one of them adds while another takes it back is no reason. The number of bureau inquiries
    is told fifth where it raises the risk and four others raise it more.
    """
    added = attributions.__getitem__
    weighed = [(sum(map(added, group.features)), group) for group in groups]
    raising = sorted(
        ((weight, group) for weight, group in weighed if weight > 0),
        key=lambda one: (-one[0], one[1].code),
    )
    told = raising[:MOST_REASONS]
    told += [one for one in raising[MOST_REASONS:] if one[1].code == INQUIRIES]
    return tuple(_given(weight, group, attributions) for weight, group in told)


def _given(weight: float, group: ReasonGroup, attributions: Mapping[str, float]) -> ReasonGiven:
    raising = [name for name in group.features if attributions[name] > 0]
    raising.sort(key=lambda name: -attributions[name])
    return ReasonGiven(
        code=group.code, text=group.text, attribution=weight, features=tuple(raising)
    )
