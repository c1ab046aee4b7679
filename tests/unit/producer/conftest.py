"""One portfolio for all tests that look at synthetic rows."""

import numpy as np
import pytest

from producer.synthesis.portfolio import FIRST_ID, Numbering, Portfolio, draw_portfolio

APPLICANTS = 12_000


@pytest.fixture(scope="session")
def portfolio() -> Portfolio:
    """Twelve thousand applicants with their histories."""
    ids = np.arange(APPLICANTS) + float(FIRST_ID)
    return draw_portfolio(np.random.default_rng(11), ids, Numbering())
