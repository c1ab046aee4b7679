"""The application table of one chunk of applicants, from hidden traits to official columns."""

import numpy as np

from producer.synthesis.dwellings import draw_dwellings
from producer.synthesis.employment import draw_employment
from producer.synthesis.loans import draw_loans
from producer.synthesis.people import draw_people
from producer.synthesis.scores import draw_scores
from producer.synthesis.tables import FloatArray, Frame, ordered
from producer.synthesis.traits import Traits


def draw_applications(rng: np.random.Generator, traits: Traits, ids: FloatArray) -> Frame:
    """One application per applicant: the 121 official columns in their order."""
    frame: Frame = {"SK_ID_CURR": ids} | draw_people(rng, traits)
    for part in (draw_employment, draw_dwellings, draw_loans, draw_scores):
        frame |= part(rng, traits, frame)
    return ordered("application", frame)
