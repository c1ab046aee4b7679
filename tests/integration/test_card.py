"""The card of a trained version beside the record that it tells of."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from mlflow import MlflowClient

from contracts.features import PROTECTED
from runtime.settings import MlflowSettings
from training.card.layout import figure, percent
from training.card.record import CardRecord, read_card_record
from training.card.render import CARD_HTML, CARD_MARKDOWN


@pytest.fixture(scope="module")
def run(trained: MlflowSettings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that the run keeps."""
    client = MlflowClient(tracking_uri=trained.tracking_uri)
    run_id = client.get_model_version(trained.model_name, "1").run_id
    return Path(client.download_artifacts(str(run_id), "", str(tmp_path_factory.mktemp("run"))))


@pytest.fixture(scope="module")
def record(run: Path) -> CardRecord:
    return read_card_record(run, "creditstream", "1")


@pytest.fixture(scope="module")
def card(run: Path) -> str:
    return (run / CARD_MARKDOWN).read_text()


def row(card: str, *cells: str) -> bool:
    """Whether the card has a line of a table that begins with these cells."""
    return any(line.startswith(f"| {' | '.join(cells)} |") for line in card.splitlines())


def test_figures_of_the_card_are_those_of_the_evaluation(card: str, record: CardRecord) -> None:
    found = record.evaluation

    assert row(card, "AUC", figure(found.intervals["auc"]))
    assert row(card, "Brier score", figure(found.intervals["brier"]))
    for group in found.fairness:
        level = group.level + (" (reference)" if group.reference else "")
        ratio = figure(group.approval_ratio, 3)
        cells = (group.attribute, level, f"{group.rows:,}", percent(group.approval), ratio)
        assert row(card, *cells), cells
    for tenth in found.lift:
        assert row(card, str(tenth.tenth), f"{tenth.rows:,}", f"{tenth.defaults:,}")
    assert found.stability
    assert f"stability index {figure(found.stability.psi)} between " in card


def test_what_was_not_measured_is_said_to_be_so(card: str, record: CardRecord) -> None:
    assert record.costs == ()
    assert "What leaving them out costs in AUC is not measured in this run." in card
    assert "Quality on later applications than those of the data is not measured" in card


def test_the_card_names_data_settings_people_and_the_way_to_reproduce(
    card: str, record: CardRecord
) -> None:
    for name, digest in record.inputs.items():
        assert row(card, name, digest)
    assert row(card, "seed", "7")
    assert f"by {record.origin.by}" in card
    assert "training reproduce 1 --data FOLDER" in card
    assert all(name in card for name in PROTECTED)


def test_the_card_tells_who_put_the_version_into_force(card: str) -> None:
    promotions = card.split("## Promotions")[1]

    assert "| champion | none | 1 |" in promotions


class References(HTMLParser):
    """What a page asks for beside itself."""

    def __init__(self) -> None:
        super().__init__()
        self.images: list[str] = []
        self.others: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "src" and tag == "img":
                self.images.append(value or "")
            elif name in {"src", "href"}:
                self.others.append(value or "")


def test_the_page_needs_nothing_beside_itself(run: Path) -> None:
    page = References()
    page.feed((run / CARD_HTML).read_text())

    assert len(page.images) >= 8
    assert all(image.startswith("data:image/png;base64,") for image in page.images)
    assert all(place.startswith("#section-") for place in page.others)
