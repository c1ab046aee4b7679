from pathlib import Path

from training.dictionary import dictionary
from training.histories.aggregation import FEATURES


def test_the_dictionary_in_the_docs_is_current() -> None:
    committed = Path(__file__).parents[3] / "docs" / "features.md"

    assert committed.read_text(encoding="utf-8") == dictionary()


def test_every_feature_has_its_line() -> None:
    lines = dictionary().splitlines()

    assert all(f"| `{one.name}` | {one.meaning} |" in lines for one in FEATURES)
