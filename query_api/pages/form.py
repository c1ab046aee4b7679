"""From what is typed into the test page's form to an application."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from query_api.example import APPLICATION
from query_api.pages.form_fields import ID_FIELD, SECTIONS, FormField


def fields() -> Iterator[FormField]:
    """Every field of the form."""
    yield ID_FIELD
    for section in SECTIONS:
        yield from section.fields


def shown_values(application: Mapping[str, Any]) -> dict[str, str]:
    """What stands in the form for an application."""
    return {field.column: field.shown(application) for field in fields()}


class FormError(ValueError):
    """What was typed is no application; `errors` tells for each column what is wrong."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


def application_json(typed: Mapping[str, str]) -> bytes:
    """The application that was typed in; columns without a field are those of the example.

    Raises:
        FormError: a number is not one.
    """
    application = dict(APPLICATION)
    errors: dict[str, str] = {}
    for field in fields():
        text = typed.get(field.column, "").strip()
        try:
            application[field.column] = field.read(text)
        except ValueError:
            errors[field.column] = f"{field.label}: {text[:40]} is not a number"
    if errors:
        raise FormError(errors)
    return json.dumps(application, ensure_ascii=False).encode()
