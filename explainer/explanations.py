"""From scores to explanations: attributions that add up, the strongest by name, reasons. Pure."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from contracts.bundle import BundleManifest
from contracts.events import Attribution, LoanExplained, LoanScored
from contracts.features import UNSEEN
from contracts.ids import explanation_id
from contracts.packing import FloatMatrix, FloatVector, pack, unpack
from contracts.reasons import principal_reasons
from contracts.records import RawRecord
from runtime.attributions import Engine
from runtime.model_bundle import ModelBundle
from runtime.tree_text import Doubles

Places = npt.NDArray[np.intp]

STRONGEST = 10
TOLERANCE = 1e-6
"""How far base value and attributions may be from the raw score, in log-odds."""

UNSEEN_LEVEL = "(unseen level)"
_LEAST, _MOST = 1e-30, 1e38  # in between a float32 has its full precision and does not overflow


class AdditivityError(RuntimeError):
    """Attributions that do not add up to the score: the explanation would be false."""


@dataclass(frozen=True, slots=True)
class ScoredRecord:
    """A score with the record it came in."""

    score: LoanScored
    record: RawRecord


@dataclass(frozen=True)
class Explainer:
    """Explains the scores of one model version."""

    bundle: ModelBundle
    engine: Engine

    def model_input(self, score: LoanScored) -> FloatVector:
        """What the trees took, from the score event; raises `InvalidEvent` on a wrong size."""
        whole = unpack(score.features, self.bundle.reference.shape[1])
        return whole[self.bundle.columns]

    def explain(
        self, scored: Sequence[ScoredRecord], model_input: FloatMatrix, now: dt.datetime
    ) -> list[LoanExplained]:
        """The explanations of a batch; `model_input` has a row for each score.

        Raises:
            AdditivityError: names the first score whose attributions do not add up to it.
        """
        attributions = self.engine.attributions(model_input)
        self._check(scored, attributions)
        rows = zip(scored, model_input, attributions, strongest(attributions), strict=True)
        return [self._explained(*row, now) for row in rows]

    def _check(self, scored: Sequence[ScoredRecord], attributions: Doubles) -> None:
        told = np.array([one.score.raw_score for one in scored])
        gaps = np.abs(attributions.sum(axis=1) + self.engine.base_value - told)
        if not (gaps <= TOLERANCE).all():
            worst = int(np.argmax(gaps))
            raise AdditivityError(
                f"score {scored[worst].score.score_id} at {scored[worst].record.where}: base value "
                f"and attributions are {gaps[worst]:g} from the raw score"
            )

    def _explained(
        self,
        one: ScoredRecord,
        taken: FloatVector,
        added: Doubles,
        places: Places,
        now: dt.datetime,
    ) -> LoanExplained:
        score, manifest = one.score, self.bundle.manifest
        by_name = dict(zip(manifest.model_features, added.tolist(), strict=True))
        return LoanExplained(
            application_id=score.application_id,
            explanation_id=explanation_id(score.score_id),
            score_id=score.score_id,
            purpose=score.purpose,
            applied_at=score.applied_at,
            explained_at=now,
            score_partition=one.record.partition,
            score_offset=one.record.offset,
            model_name=score.model_name,
            model_version=score.model_version,
            base_value=self.engine.base_value,
            raw_score=score.raw_score,
            attributions=pack(added),
            strongest=_named(manifest, taken, added, places),
            reasons=principal_reasons(by_name, manifest.reasons),
        )


def strongest(attributions: Doubles) -> Places:
    """Where in each row the ten largest attributions stand, largest first by absolute value.

    A row's places do not depend on the other rows.
    """
    sizes = np.abs(attributions)
    least = max(sizes.shape[1] - STRONGEST, 0)
    largest = np.sort(np.argpartition(sizes, least, axis=1)[:, least:], axis=1)
    order = np.argsort(-np.take_along_axis(sizes, largest, axis=1), axis=1, kind="stable")
    return np.take_along_axis(largest, order, axis=1)


def _named(
    manifest: BundleManifest, taken: FloatVector, added: Doubles, places: Places
) -> tuple[Attribution, ...]:
    """The features at these places, with what the model saw of each."""
    names = [manifest.model_features[at] for at in places]
    told = zip(names, taken[places].tolist(), added[places].tolist(), strict=True)
    return tuple(
        Attribution(feature=name, value=shown_value(manifest, name, value), attribution=attribution)
        for name, value, attribution in told
    )


def shown_value(manifest: BundleManifest, feature: str, value: float) -> float | str | None:
    """A model input for people: a category by its level's name, null where it was missing.

    A number is the shortest that is the same float32: 0.55, not 0.550000011920929.
    """
    if math.isnan(value):
        return None
    levels = manifest.categories.get(feature)
    if levels is None:
        return _shortest(value)
    return UNSEEN_LEVEL if value == UNSEEN else levels[int(value)]


def _shortest(value: float) -> float:
    """By seven digits where they are enough, for numpy takes long to find the fewest."""
    if _LEAST < abs(value) < _MOST:
        rounded = float(f"{value:.7g}")
        if float(np.float32(rounded)) == value:
            return rounded
    return float(str(np.float32(value)))
