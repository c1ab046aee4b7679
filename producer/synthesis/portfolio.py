"""All tables of one chunk of applicants: pure, from a seed and the ids to frames."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from producer.synthesis.applications import draw_applications
from producer.synthesis.bureau import draw_bureau
from producer.synthesis.bureau_months import draw_bureau_balance
from producer.synthesis.cards import draw_cards
from producer.synthesis.groups import id_capacity
from producer.synthesis.instalments import card_instalments, draw_instalments
from producer.synthesis.plans import draw_payments, plans
from producer.synthesis.pos import draw_pos
from producer.synthesis.previous import draw_previous
from producer.synthesis.risk import default_probability
from producer.synthesis.tables import BoolArray, FloatArray, Frame
from producer.synthesis.traits import Traits, draw_traits

FIRST_ID = 100_001
_CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Numbering:
    """Where the ids of a chunk continue: rows numbered before it, and the ids that there are."""

    credits: int = 0
    contracts: int = 0
    capacity: int = id_capacity(1)

    def after(self, tables: dict[str, Frame]) -> "Numbering":
        """The numbering for the chunk that follows these tables."""
        return Numbering(
            self.credits + len(tables["bureau"]["SK_ID_BUREAU"]),
            self.contracts + len(tables["previous_application"]["SK_ID_PREV"]),
            self.capacity,
        )


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The tables of a chunk, and of each applicant the true probability and what came of it."""

    tables: dict[str, Frame]
    probability: FloatArray
    defaulted: BoolArray


def chunks(applicants: int, seed: int) -> Iterator[tuple[np.random.Generator, FloatArray]]:
    """Consecutive ids in chunks, each with randomness of its own that the seed fixes."""
    starts = range(0, applicants, _CHUNK)
    sequences = np.random.SeedSequence(seed).spawn(len(starts))
    for start, sequence in zip(starts, sequences, strict=True):
        ids = np.arange(start, min(start + _CHUNK, applicants)) + float(FIRST_ID)
        yield np.random.default_rng(sequence), ids


def draw_portfolio(rng: np.random.Generator, ids: FloatArray, numbering: Numbering) -> Portfolio:
    """Applicants with these ids (consecutive), their histories, and their fate.

    The probability is `risk.default_probability` of the tables as they are written, and the
    fate a coin of that probability: no model can know more than the probability.
    """
    traits = draw_traits(rng, len(ids))
    tables = {"application": draw_applications(rng, traits, ids)} | _histories(
        rng, traits, ids, numbering
    )
    probability = np.round(default_probability(tables), 6)
    return Portfolio(tables, probability, rng.random(len(ids)) < probability)


def _histories(
    rng: np.random.Generator, traits: Traits, ids: FloatArray, numbering: Numbering
) -> dict[str, Frame]:
    capacity = numbering.capacity
    bureau = draw_bureau(rng, traits, ids, numbering.credits, capacity)
    person = (bureau["SK_ID_CURR"] - ids[0]).astype(np.int64)
    contracts = draw_previous(rng, traits, ids, numbering.contracts, capacity)
    loans = plans(rng, contracts, ids[0])
    payments = draw_payments(rng, traits, loans)
    cards = draw_cards(rng, traits, contracts, ids[0])
    of_loans = draw_instalments(rng, traits, loans, payments)
    of_cards = card_instalments(rng, cards)
    return {
        "bureau": bureau,
        "bureau_balance": draw_bureau_balance(rng, traits, bureau, person),
        "previous_application": contracts,
        "POS_CASH_balance": draw_pos(rng, loans, payments),
        "credit_card_balance": cards,
        "installments_payments": {
            column: np.concatenate((values, of_cards[column]))
            for column, values in of_loans.items()
        },
    }
