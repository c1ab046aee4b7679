"""`attained`: a registered version beside the truth of synthetic outcomes."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

from runtime.settings import MlflowSettings
from tests.recorded_versions import a_version, outcomes, scores
from training.__main__ import main


@pytest.fixture
def version(registry: MlflowSettings) -> str:
    """A version that knows most of the truth."""
    return a_version(registry, scores(noise=0.1))


def a_truth(folder: Path, applicants: slice = slice(None)) -> Path:
    """The probabilities that the outcomes of the version were drawn from, shuffled."""
    log_odds, target = outcomes()
    ids = np.arange(len(target)) + scores(noise=0.0).ids[0]
    rows = list(
        zip(ids.tolist(), expit(log_odds).tolist(), target.astype(int).tolist(), strict=True)
    )
    lines = [",".join(map(str, row)) for row in reversed(rows[applicants])]
    path = folder / "truth.csv"
    path.write_text("\n".join(["SK_ID_CURR,PROBABILITY,TARGET", *lines, ""]), encoding="utf-8")
    return path


def test_a_version_attains_a_share_of_what_the_truth_does(
    version: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    truth = str(a_truth(tmp_path))

    assert main(["attained", version, "--truth", truth]) == 0
    for_people = capsys.readouterr().out
    assert main(["attained", version, "--truth", truth, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)

    assert 0.5 < found["auc"]["value"] < found["best"]["value"]
    assert 0.7 < found["share"]["value"] < 1
    assert f"{found['share']['value']:.2%}" in for_people


def test_a_truth_that_lacks_an_applicant_is_refused(
    version: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = a_truth(tmp_path, slice(1, None))
    assert main(["attained", version, "--truth", str(truth)]) == 2
    assert "no probability of 1 applicants, 100001 among them" in capsys.readouterr().err


def test_a_file_without_probabilities_is_refused(
    version: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "truth.csv"
    path.write_text("SK_ID_CURR,TARGET\n100001,0\n", encoding="utf-8")
    assert main(["attained", version, "--truth", str(path)]) == 2
    assert str(path) in capsys.readouterr().err
