"""The folder that a run hands to MLflow: the bundle, the figures, the pictures."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np

from runtime.model_bundle import write_bundle
from training.card.record import read_card_record
from training.card.render import write_card
from training.costs import Cost
from training.evaluation import EVALUATION_FILE, encode_evaluation
from training.evaluation_plots import evaluation_figures
from training.importance import IMPORTANCE_FILE
from training.importance_plots import importance_figures
from training.loading import Loaded
from training.model import TrainedModel
from training.options import TrainingOptions
from training.out_of_fold import OUT_OF_FOLD_FILE, HeldOutScores, write_out_of_fold
from training.provenance import Origin, fingerprints, requirements
from training.record_files import (
    BUNDLE,
    COSTS_FILE,
    INPUTS_FILE,
    NOTES_FILE,
    ORIGIN_FILE,
    PICTURES,
)
from training.register import Record
from training.settings import SETTINGS_FILE, Settings, encode_settings
from training.trials import Trial

_DOTS_PER_INCH = 110


@contextmanager
def recorded(
    options: TrainingOptions,
    loaded: Loaded,
    model: TrainedModel,
    *,
    name: str,
    made: Origin,
    trials: Sequence[Trial] = (),
    costs: Sequence[Cost] = (),
) -> Iterator[Record]:
    """The record of a run; its folder is gone afterwards.

    Args:
        options: of the run.
        loaded: what it learned from.
        model: what came of it.
        name: the registered model that it becomes a version of.
        made: by whom and by what.
        trials: of the search for parameters.
        costs: of restrictions.
    """
    with TemporaryDirectory(prefix="creditstream-") as temporary:
        folder = Path(temporary)
        prints = fingerprints(loaded.files)
        _write_bundle(folder / BUNDLE, model)
        _write_pictures(folder / PICTURES, model)
        _write_scores(folder / OUT_OF_FOLD_FILE, loaded, model)
        _write_texts(folder, options, loaded)
        settings = Settings(options=options, recipe=model.recipe)
        contents = {
            SETTINGS_FILE: encode_settings(settings),
            EVALUATION_FILE: encode_evaluation(model.evaluation),
            IMPORTANCE_FILE: _json(model.importance),
            COSTS_FILE: _json(costs),
            INPUTS_FILE: _json(prints),
            ORIGIN_FILE: _json(made),
        }
        for file, content in contents.items():
            (folder / file).write_bytes(content)
        write_card(folder, read_card_record(folder, name))
        yield Record(
            parameters=_parameters(options, loaded, model),
            metrics=model.evaluation.as_metrics() | _fold_metrics(model),
            tags=_tags(model, made, prints),
            folder=folder,
            trials=trials,
        )


def _json(content: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(content), indent=1)


def _write_bundle(folder: Path, model: TrainedModel) -> None:
    write_bundle(folder, model.manifest, model.booster.model_to_string(), model.reference)


def _write_scores(path: Path, loaded: Loaded, model: TrainedModel) -> None:
    judged, dataset = model.judged, loaded.dataset
    found = judged.out_of_fold
    write_out_of_fold(
        path,
        HeldOutScores(
            ids=dataset.ids,
            target=dataset.target,
            fold=found.fold.astype(np.int64),
            raw_scores=found.raw_scores,
            probability=judged.probability,
        ),
    )


def _write_pictures(folder: Path, model: TrainedModel) -> None:
    folder.mkdir()
    for name, figure in evaluation_figures(model.evaluation).items():
        figure.savefig(folder / f"{name}.png", dpi=_DOTS_PER_INCH)
    for name, figure in importance_figures(model.importance, model.attributions, model.manifest):
        figure.savefig(folder / f"{name}.png", dpi=_DOTS_PER_INCH, bbox_inches="tight")


def _write_texts(folder: Path, options: TrainingOptions, loaded: Loaded) -> None:
    notes = "".join(f"{note}\n" for note in loaded.notes)
    (folder / NOTES_FILE).write_text(notes, encoding="utf-8")
    for path in (options.policy, options.catalogue, requirements()):
        if path is not None:
            (folder / path.name).write_bytes(path.read_bytes())


def _parameters(options: TrainingOptions, loaded: Loaded, model: TrainedModel) -> dict[str, object]:
    plan, choice = model.recipe.plan, model.recipe.choice
    hold_out = options.hold_out.share if options.hold_out else 0.0
    return {
        **choice.boosting,
        "tables": options.tables,
        "rows": len(loaded.dataset.target),
        "features": len(model.manifest.model_features),
        "folds": plan.folds,
        "inner_folds": plan.inner_folds,
        "most_features": plan.most_features,
        "max_rounds": plan.max_rounds,
        "patience": plan.patience,
        "trees": choice.rounds,
        "bags": plan.bags,
        "trials": options.trials,
        "monotone_features": len(plan.monotone),
        "seed": plan.seed,
        "holdout_share": hold_out,
    }


def _fold_metrics(model: TrainedModel) -> dict[str, float]:
    policy = model.manifest.policy
    return {
        "approve_below": policy.approve_below,
        "decline_from": policy.decline_from,
        "calibration_slope": model.manifest.calibration.slope,
        "calibration_intercept": model.manifest.calibration.intercept,
    }


def _tags(model: TrainedModel, made: Origin, prints: Mapping[str, str]) -> dict[str, str]:
    return {
        "code_version": made.code,
        "trained.by": made.by,
        "feature_version": model.manifest.feature_version,
        "history_version": model.manifest.history_version,
        **{f"sha256.{name}": value for name, value in prints.items()},
    }
