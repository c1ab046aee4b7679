from pathlib import Path

import pytest

from runtime.settings import load_settings
from scorer.settings import ScorerSettings


def test_a_bad_port_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SCORER_HTTP_PORT", "99999")
    with pytest.raises(SystemExit) as ended:
        load_settings(ScorerSettings)
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("SCORER_HTTP_PORT: ")


def test_settings_come_from_variables_with_the_services_prefix(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SCORER_STATE_DIR", "/srv/scorer")
    monkeypatch.setenv("SCORER_HISTORY_STORE_BYTES", "1000000")
    settings = load_settings(ScorerSettings)
    assert (settings.state_dir, settings.history_store_bytes) == (Path("/srv/scorer"), 1_000_000)
