"""The folder that a run hands to MLflow: the bundle, the figures, the pictures."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from runtime.model_bundle import write_bundle
from training.evaluation import EVALUATION_FILE, encode_evaluation
from training.evaluation_plots import evaluation_figures
from training.importance_plots import importance_figures
from training.loading import Loaded
from training.model import TrainedModel
from training.options import TrainingOptions
from training.parameters import Plan
from training.provenance import code_version, fingerprints, library_versions, requirements
from training.register import BUNDLE, Record

_DOTS_PER_INCH = 110


@contextmanager
def recorded(
    options: TrainingOptions, plan: Plan, loaded: Loaded, model: TrainedModel
) -> Iterator[Record]:
    """The record of a run; its folder is gone afterwards."""
    with TemporaryDirectory(prefix="creditstream-") as name:
        folder = Path(name)
        prints = fingerprints(loaded.files)
        _write_bundle(folder / BUNDLE, model)
        _write_pictures(folder / "pictures", model)
        _write_texts(folder, options, loaded, prints)
        (folder / EVALUATION_FILE).write_bytes(encode_evaluation(model.evaluation))
        (folder / "importance.json").write_bytes(msgspec.json.encode(model.importance))
        yield Record(
            parameters=_parameters(options, plan, loaded, model),
            metrics=model.evaluation.as_metrics() | _fold_metrics(model),
            tags=_tags(model, prints),
            folder=folder,
        )


def _write_bundle(folder: Path, model: TrainedModel) -> None:
    write_bundle(folder, model.manifest, model.booster.model_to_string(), model.reference)


def _write_pictures(folder: Path, model: TrainedModel) -> None:
    folder.mkdir()
    for name, figure in evaluation_figures(model.evaluation).items():
        figure.savefig(folder / f"{name}.png", dpi=_DOTS_PER_INCH)
    for name, figure in importance_figures(model.importance, model.attributions, model.manifest):
        figure.savefig(folder / f"{name}.png", dpi=_DOTS_PER_INCH, bbox_inches="tight")


def _write_texts(
    folder: Path, options: TrainingOptions, loaded: Loaded, prints: Mapping[str, str]
) -> None:
    _write_json(folder / "inputs.json", prints)
    _write_json(folder / "libraries.json", library_versions())
    (folder / "notes.txt").write_text("".join(f"{note}\n" for note in loaded.notes))
    for path in (options.policy, options.catalogue, requirements()):
        if path is not None:
            (folder / path.name).write_bytes(path.read_bytes())


def _write_json(path: Path, content: Mapping[str, str] | Sequence[str]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _parameters(
    options: TrainingOptions, plan: Plan, loaded: Loaded, model: TrainedModel
) -> dict[str, object]:
    hold_out = options.hold_out.share if options.hold_out else 0.0
    return {
        **plan.boosting,
        "tables": options.tables,
        "rows": len(loaded.dataset.target),
        "features": len(model.manifest.model_features),
        "folds": plan.folds,
        "inner_folds": plan.inner_folds,
        "most_features": plan.most_features,
        "max_rounds": plan.max_rounds,
        "patience": plan.patience,
        "trees": model.judged.out_of_fold.median_rounds,
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


def _tags(model: TrainedModel, prints: Mapping[str, str]) -> dict[str, str]:
    return {
        "code_version": code_version(),
        "feature_version": model.manifest.feature_version,
        "history_version": model.manifest.history_version,
        **{f"sha256.{name}": value for name, value in prints.items()},
    }
