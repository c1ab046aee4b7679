"""The card as HTML, whole in one file, and as Markdown beside its pictures."""

import base64
import functools
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from training.card.layout import Section
from training.card.model_sections import model_sections
from training.card.quality_sections import quality_sections
from training.card.record import CardRecord
from training.record_files import PICTURES

CARD_HTML, CARD_MARKDOWN = "card.html", "card.md"


def write_card(folder: Path, record: CardRecord) -> None:
    """Write both forms of the card."""
    (folder / CARD_HTML).write_text(card_html(record), encoding="utf-8")
    (folder / CARD_MARKDOWN).write_text(card_markdown(record), encoding="utf-8")


def card_html(record: CardRecord) -> str:
    """The card as a page that needs nothing else: the pictures are inside."""
    pictures = {
        name: base64.b64encode(content).decode("ascii") for name, content in record.pictures.items()
    }
    return (
        _environment()
        .get_template("card.html.j2")
        .render(record=record, sections=_sections(record), pictures=pictures)
    )


def card_markdown(record: CardRecord) -> str:
    """The card as Markdown; its pictures lie in the run's folder of pictures."""
    return (
        _environment()
        .get_template("card.md.j2")
        .render(record=record, sections=_sections(record), folder=PICTURES)
    )


def _sections(record: CardRecord) -> list[Section]:
    return [*model_sections(record), *quality_sections(record)]


def _cell(text: str) -> str:
    """Text that cannot end a cell of a Markdown table."""
    return text.replace("|", "\\|").replace("\n", " ")


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("training.card"),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["cell"] = _cell
    return environment
