import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.application import LoanApplication
from contracts.codec import decode_application, encode
from producer.drift import SCENARIOS
from tests.builders import an_application, some_applications


def _changed(scenario: str, applications: list[LoanApplication]) -> dict[str, float]:
    """The share of the applications in which a column was changed."""
    shares: dict[str, float] = {}
    for before in applications:
        after = SCENARIOS[scenario](before)
        for name in LoanApplication.__struct_fields__:
            if getattr(before, name) != getattr(after, name):
                shares[name] = shares.get(name, 0.0) + 1 / len(applications)
    return shares


@pytest.mark.parametrize("scenario", SCENARIOS)
@given(id_=st.integers(1, 2**63 - 1), income=st.floats(0, 1e9))
def test_drifted_applications_are_valid_and_keep_their_id(
    scenario: str, id_: int, income: float
) -> None:
    drifted = SCENARIOS[scenario](an_application(id_, AMT_INCOME_TOTAL=income))
    assert id_ == drifted.SK_ID_CURR
    assert decode_application(encode(drifted)).application == drifted


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_drift_hits_the_same_applicants_every_time(scenario: str) -> None:
    applications = some_applications(200)
    once, again = ([SCENARIOS[scenario](a) for a in applications] for _ in range(2))
    assert once == again
    assert once != applications


def test_three_in_ten_more_loans_become_revolving_with_their_terms() -> None:
    cash = [an_application(id_) for id_ in range(1, 2_001)]
    drifted = [SCENARIOS["revolving-share"](a) for a in cash]
    revolving = [a for a in drifted if a.NAME_CONTRACT_TYPE == "Revolving loans"]
    assert len(revolving) / len(cash) == pytest.approx(0.30, abs=0.04)
    for application in revolving:
        assert pytest.approx(0.05 * (application.AMT_CREDIT or 0)) == application.AMT_ANNUITY
        assert application.AMT_GOODS_PRICE == application.AMT_CREDIT


def test_a_revolving_loan_without_an_amount_stays_without_an_annuity() -> None:
    drifted = [
        SCENARIOS["revolving-share"](an_application(id_, AMT_CREDIT=None)) for id_ in range(1, 50)
    ]
    revolving = [a for a in drifted if a.NAME_CONTRACT_TYPE == "Revolving loans"]
    assert revolving
    assert all(a.AMT_ANNUITY is None for a in revolving)


@pytest.mark.parametrize(
    ("scenario", "shares"),
    [
        ("missing-bureau-scores", {"EXT_SOURCE_2": 0.30, "EXT_SOURCE_3": 0.30}),
        ("income-inflation", {"AMT_INCOME_TOTAL": 1.0}),
        ("new-category-level", {"OCCUPATION_TYPE": 0.08}),
    ],
)
def test_only_the_named_columns_change_in_the_stated_share(
    scenario: str, shares: dict[str, float]
) -> None:
    applications = [an_application(id_) for id_ in range(1, 2_001)]
    assert _changed(scenario, applications) == pytest.approx(shares, abs=0.04)


def test_incomes_rise_by_the_stated_factor_and_unknown_ones_stay_unknown() -> None:
    inflated = SCENARIOS["income-inflation"](an_application(AMT_INCOME_TOTAL=100_000.0))
    assert pytest.approx(135_000.0) == inflated.AMT_INCOME_TOTAL
    unknown = an_application(AMT_INCOME_TOTAL=None)
    assert SCENARIOS["income-inflation"](unknown) == unknown


def test_scenarios_leave_the_application_they_are_given() -> None:
    application = an_application(1)
    before = msgspec.structs.asdict(application)
    for scenario in SCENARIOS.values():
        scenario(application)
    assert msgspec.structs.asdict(application) == before
