import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from rich.console import Console

from deploy.local.preparation import Steps, prepare

SAID = ("version 1 is registered", "overridden: gender, M: is below the 0.8 rule", "note: age")
ROWS = 7_000


@dataclass(frozen=True)
class RecordedSteps(Steps):
    """Says what a training run may say, and runs nothing."""

    ran: list[Sequence[str]] = field(default_factory=list)

    def run(self, says: str, arguments: Sequence[str]) -> list[str]:
        del says
        self.ran.append(arguments)
        return list(SAID) if arguments[1] == "train" else []


@pytest.fixture
def steps(tmp_path: Path) -> RecordedSteps:
    return RecordedSteps(Console(file=io.StringIO(), width=200), tmp_path, {})


def training_of(steps: RecordedSteps) -> Sequence[str]:
    (arguments,) = (one for one in steps.ran if one[1] == "train")
    return arguments


def test_the_synthetic_model_has_to_pass_the_gate(steps: RecordedSteps) -> None:
    prepare(steps, None)

    assert "--override" not in training_of(steps)


def test_what_the_gate_holds_against_a_model_of_other_data_is_said(
    steps: RecordedSteps, tmp_path: Path
) -> None:
    ids = "\n".join(str(100_000 + at) for at in range(ROWS))
    (tmp_path / "application_train.csv").write_text(f"SK_ID_CURR\n{ids}\n")

    prepare(steps, tmp_path)

    arguments = training_of(steps)
    assert arguments[arguments.index("--override") + 1] == "a demo lends to nobody"
    assert isinstance(steps.console.file, io.StringIO)
    said = steps.console.file.getvalue()
    assert said == "the gate is overridden: gender, M: is below the 0.8 rule\n"
