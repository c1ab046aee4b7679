from pathlib import Path

import pytest

from contracts.bundle import ReasonGroup
from contracts.features import PROTECTED, feature_names
from training.errors import BadInputError
from training.histories.aggregation import HISTORY_FEATURES
from training.reasons import DEFAULT_CATALOGUE, group_features, read_catalogue

ALL = tuple(name for name in feature_names(HISTORY_FEATURES) if name not in PROTECTED)


def group(code: str, *patterns: str) -> ReasonGroup:
    return ReasonGroup(code=code, text=f"{code}.", features=patterns)


def test_every_feature_a_model_may_take_is_in_exactly_one_group() -> None:
    grouped = group_features(read_catalogue(DEFAULT_CATALOGUE), ALL)

    assert sorted(name for one in grouped for name in one.features) == sorted(ALL)


def test_every_group_of_the_catalogue_takes_some_feature() -> None:
    catalogue = read_catalogue(DEFAULT_CATALOGUE)

    assert [one.code for one in group_features(catalogue, ALL)] == [one.code for one in catalogue]


@pytest.mark.parametrize("name", sorted(PROTECTED))
def test_no_protected_attribute_can_be_a_reason(name: str) -> None:
    with pytest.raises(BadInputError, match=name):
        group_features(read_catalogue(DEFAULT_CATALOGUE), (name,))


def test_the_external_scores_are_one_reason() -> None:
    grouped = group_features(read_catalogue(DEFAULT_CATALOGUE), ALL)
    external = [one for one in grouped if any("EXT_SOURCE" in name for name in one.features)]

    assert [one.code for one in external] == ["EXTERNAL_SCORES"]
    assert all(name.startswith("EXT_SOURCE") for name in external[0].features)


def test_the_inquiries_stand_alone_for_they_may_be_a_fifth_reason() -> None:
    (inquiries,) = (
        one
        for one in group_features(read_catalogue(DEFAULT_CATALOGUE), ALL)
        if one.code == "BUREAU_ENQUIRIES"
    )

    assert set(inquiries.features) == {
        name for name in ALL if name.startswith("AMT_REQ_") or name == "ENQUIRY_COUNT"
    }


def test_the_first_group_that_fits_takes_a_feature_and_empty_groups_go() -> None:
    grouped = group_features(
        (group("FIRST", "A_*"), group("SECOND", "A_1", "B"), group("THIRD", "C")),
        ("A_1", "A_2", "B"),
    )

    assert [(one.code, one.features) for one in grouped] == [
        ("FIRST", ("A_1", "A_2")),
        ("SECOND", ("B",)),
    ]


def test_a_feature_without_a_group_is_named() -> None:
    with pytest.raises(BadInputError, match="no reason group takes B, C"):
        group_features((group("FIRST", "A"),), ("A", "B", "C"))


def test_a_wrong_catalogue_is_named_with_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "reasons.toml"
    path.write_text("[FIRST]\ntext = 'A.'\n")

    with pytest.raises(BadInputError, match=r"reasons.toml: .*features"):
        read_catalogue(path)
