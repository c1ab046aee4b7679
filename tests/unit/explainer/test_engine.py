from pathlib import Path

import lightgbm as lgb
import numpy as np
import pytest

from explainer.engine import ProvenEngine
from runtime import attributions
from runtime.attributions import AGREEMENT, LightGBMEngine
from runtime.forest import Forest, forest
from tests.forests import FEATURES, UNKNOWN, a_forest, an_unknown_forest, some_rows


def test_lightgbm_explains_until_the_compiled_engine_has_proven_itself(tmp_path: Path) -> None:
    booster, rows = a_forest("nan is missing"), some_rows(40, seed=6)
    engine = ProvenEngine(booster, rows, tmp_path)
    first = engine.attributions(rows)
    assert engine.wait_for_proof()
    np.testing.assert_allclose(engine.attributions(rows), first, atol=AGREEMENT)


@pytest.mark.parametrize("unknown", [False, True])
def test_it_is_told_when_the_proof_has_ended_however_it_did(
    tmp_path: Path, *, unknown: bool
) -> None:
    booster = an_unknown_forest(UNKNOWN[2][0]) if unknown else a_forest("nan is missing")
    told = list[str]()
    engine = ProvenEngine(booster, some_rows(20, seed=7), tmp_path, lambda: told.append("ended"))
    assert engine.wait_for_proof() is not unknown
    assert told == ["ended"]


def test_an_unsupported_model_is_explained_by_lightgbm_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    booster = an_unknown_forest(UNKNOWN[2][0])
    rows = some_rows(20, seed=7)
    engine = ProvenEngine(booster, rows, tmp_path)
    assert not engine.wait_for_proof()
    assert "random forest" in caplog.text
    assert engine.attributions(rows).shape == (20, FEATURES)


def test_attributions_that_are_off_never_serve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    booster, rows = a_forest("stumps"), some_rows(20, seed=8)

    def slightly_off(model: lgb.Booster) -> Forest:
        flat = forest(model)
        return flat._replace(leaf=flat.leaf * (1 + 1e-7))

    monkeypatch.setattr(attributions, "forest", slightly_off)
    engine = ProvenEngine(booster, rows, tmp_path)
    assert not engine.wait_for_proof()
    assert "attributions are" in caplog.text
    assert (engine.attributions(rows) == LightGBMEngine(booster).attributions(rows)).all()
