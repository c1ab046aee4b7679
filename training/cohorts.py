"""Who is who: the labels that applicants are grouped by, from the feature matrix. Pure."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from contracts.packing import FloatMatrix

Labels = npt.NDArray[np.str_]

DAYS_A_YEAR = 365.25
AGES = (26, 36, 46, 56, 62)
"""Where an age band begins; from 62 on an applicant is elderly by 12 CFR 1002.2(o)."""

AGE_BANDS = ("25 and under", "26 to 35", "36 to 45", "46 to 55", "56 to 61", "62 and over")

MISSING, UNSEEN = "missing", "unseen"
ELDERLY, YOUNGER = "62 and over", "under 62"

_SEGMENTS = (
    "NAME_CONTRACT_TYPE",
    "REGION_RATING_CLIENT_W_CITY",
    "NAME_INCOME_TYPE",
    "NAME_EDUCATION_TYPE",
)
_SCORES = ("EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3")


class Applicants:
    """The columns of a feature matrix by name, in words."""

    def __init__(
        self,
        matrix: FloatMatrix,
        features: Sequence[str],
        categories: Mapping[str, Sequence[str]],
    ) -> None:
        self._matrix, self._categories = matrix, categories
        self._at = {name: at for at, name in enumerate(features)}

    def segments(self, history_features: Sequence[str]) -> Mapping[str, Labels]:
        """Labels by which quality may differ; whether a history is known only where any is used."""
        found = {name: self._labels(name) for name in _SEGMENTS}
        known = self._present(_SCORES).sum(axis=1)
        found["external scores"] = np.array([f"{count} known" for count in known.tolist()])
        if history_features:
            present = self._present(history_features).any(axis=1)
            found["history"] = np.where(present, "present", "none")
        return found

    def protected(self) -> Mapping[str, Labels]:
        """Labels that fairness is measured by; none of them is in the model by default."""
        ages = self._age_bands()
        elderly = np.where(
            ages == AGE_BANDS[-1], ELDERLY, np.where(ages == MISSING, MISSING, YOUNGER)
        )
        return {
            "gender": self._labels("CODE_GENDER"),
            "age": ages,
            "elderly": elderly,
            "family status": self._labels("NAME_FAMILY_STATUS"),
        }

    def _age_bands(self) -> Labels:
        days = self._column("DAYS_BIRTH")
        years = np.floor(-days / DAYS_A_YEAR)
        bands = np.array([*AGE_BANDS, MISSING])
        places = np.digitize(years, AGES)  # past the last edge where the age is missing
        found: Labels = bands[np.where(np.isnan(days), len(AGE_BANDS), places)]
        return found

    def _labels(self, name: str) -> Labels:
        values = self._column(name)
        if name in self._categories:
            words = np.array([*self._categories[name], UNSEEN, MISSING])
            unseen = len(words) - 2
            places = np.where(values < 0, unseen, np.nan_to_num(values)).astype(np.intp)
            found: Labels = words[np.where(np.isnan(values), unseen + 1, places)]
            return found
        return np.array([MISSING if np.isnan(one) else f"{one:g}" for one in values.tolist()])

    def _column(self, name: str) -> FloatMatrix:
        return self._matrix[:, self._at[name]]

    def _present(self, names: Sequence[str]) -> npt.NDArray[np.bool_]:
        present: npt.NDArray[np.bool_] = ~np.isnan(self._columns(names))
        return present

    def _columns(self, names: Sequence[str]) -> FloatMatrix:
        return self._matrix[:, [self._at[name] for name in names]]


def levels(labels: Labels) -> list[tuple[str, npt.NDArray[np.bool_]]]:
    """Every label that occurs, sorted, with the rows that bear it."""
    return [(str(one), labels == one) for one in np.unique(labels)]
