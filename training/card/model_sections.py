"""The first half of the card: purpose, data, features, what is left out, settings. Pure."""

from collections.abc import Iterator
from typing import Any

import msgspec

from contracts.features import PROTECTED
from training.card.layout import (
    NOT_MEASURED,
    Picture,
    Section,
    Table,
    figure,
    percent,
    table,
)
from training.card.record import CardRecord
from training.importance import FamilyImportance


def model_sections(record: CardRecord) -> Iterator[Section]:
    """What the model is and was made of."""
    yield _summary(record)
    yield _purpose(record)
    yield _data(record)
    yield _features(record)
    yield _protected(record)
    yield _settings(record)


def _summary(record: CardRecord) -> Section:
    manifest, found = record.manifest, record.evaluation
    facts = (
        ("model", record.name),
        ("version", record.version or "given with the registration"),
        ("trained", f"{manifest.trained_at} by {record.origin.by}"),
        ("code", record.origin.code),
        ("kind", "gradient-boosted decision trees (LightGBM), calibrated probabilities"),
        ("trees", f"{record.settings.recipe.choice.rounds} rounds"),
        ("features", f"{len(manifest.model_features)} of {len(manifest.features)} computed"),
        ("feature version", manifest.feature_version),
        ("history version", manifest.history_version),
        ("AUC out of fold", figure(found.quality.auc)),
        ("expected calibration error", figure(found.quality.ece)),
    )
    return Section("In short", tables=(table("", ("", ""), facts),))


def _purpose(record: CardRecord) -> Section:
    policy = record.manifest.policy
    unknown = "is referred to a person" if policy.refer_unknown else "is decided on all the same"
    return Section(
        "Purpose and use",
        words=(
            (
                "The model estimates the probability that an applicant for a consumer loan will "
                "have difficulties in repaying it, as the outcome of the training data defines "
                "them (TARGET of Home Credit Default Risk: late by more than a set number of days "
                "on one of the first instalments)."
            ),
            (
                "A policy turns the probability into approve, refer to a person, or decline. An "
                f"applicant whose history is not known {unknown}."
            ),
            (
                "Not intended for: other products, lenders or countries than those of the training "
                "data; prices or limits; collections; applicants that the lender would not have "
                "considered when the data were gathered; decisions that the law reserves to a "
                "person."
            ),
        ),
    )


def _data(record: CardRecord) -> Section:
    options, found = record.settings.options, record.evaluation.quality
    held = options.hold_out.share if options.hold_out else 0.0
    files = [(name, digest) for name, digest in sorted(record.inputs.items())]
    return Section(
        "Data",
        words=(
            (
                f"{found.rows:,} applications with known outcomes, of which "
                f"{percent(found.default_rate)} defaulted. Tables: {options.tables}. "
                f"Held out and not used here: {percent(held)} of the rows."
            ),
            (
                "The data bear no calendar dates: days are counted from the application. When the "
                "applications were made is not known."
            ),
            *(f"Note: {note}." for note in record.notes),
        ),
        tables=(table("Files and their SHA-256", ("file", "SHA-256"), files),),
    )


def _features(record: CardRecord) -> Section:
    return Section(
        "Features",
        words=(
            (
                f"The trees take {len(record.manifest.model_features)} features. Attribution is "
                "the mean absolute SHAP value in log-odds over "
                f"{record.importance.attributed_rows:,} training rows; permutation is the AUC that "
                f"{record.importance.permuted_rows:,} unseen rows lose when the values are "
                "shuffled."
            ),
        ),
        tables=(
            _families("By reason", record.importance.reasons),
            _families("By table", record.importance.tables),
        ),
        pictures=(
            Picture("importance_features", "The features that move the scores most"),
            Picture("interactions", "Pairs whose joint effect is not the sum of their own"),
            Picture("dependence", "How the strongest features move the score"),
        ),
    )


def _families(caption: str, families: tuple[FamilyImportance, ...]) -> Table:
    return table(
        caption,
        ("family", "features", "attribution", "share of gain", "AUC lost by permutation"),
        [
            (
                one.family,
                str(one.features),
                figure(one.attribution),
                percent(one.gain),
                figure(one.permutation),
            )
            for one in families
        ],
    )


def _protected(record: CardRecord) -> Section:
    used = sorted(PROTECTED & set(record.manifest.model_features))
    words = (
        f"In the model all the same: {', '.join(used)}."
        if used
        else f"Left out of the model: {', '.join(sorted(PROTECTED))}. They are kept with the "
        "applications for the fairness figures alone."
    )
    costs = [
        (one.restriction, "yes" if one.in_force else "no", figure(one.cost, 5))
        for one in record.costs
    ]
    told = (
        (table("AUC that a restriction costs", ("restriction", "in force", "cost"), costs),)
        if costs
        else ()
    )
    unmeasured = f"What leaving them out costs in AUC is {NOT_MEASURED} in this run."
    return Section(
        "Protected attributes and other restrictions",
        words=(
            words,
            (
                "Other features may stand for a protected one in part; leaving an attribute out "
                "does not by itself make the decisions fair: see the fairness figures."
            ),
            *(() if costs else (unmeasured,)),
        ),
        tables=told,
    )


def _settings(record: CardRecord) -> Section:
    recipe = record.settings.recipe
    plan: dict[str, Any] = msgspec.to_builtins(recipe.plan)
    plan.pop("boosting")
    monotone = plan.pop("monotone")
    facts = [*plan.items(), *recipe.choice.boosting.items(), ("rounds", recipe.choice.rounds)]
    facts.append(("monotone features", len(monotone)))
    return Section(
        "Settings",
        words=(
            f"Searched by {record.settings.options.trials} trials in each part."
            if record.settings.options.trials
            else "Parameters are the defaults for this number of rows; none were searched.",
            "The number of trees is chosen by early stopping inside the folds.",
        ),
        tables=(table("", ("setting", "value"), [(name, str(value)) for name, value in facts]),),
    )
