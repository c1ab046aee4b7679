"""The second half of the card: figures, decisions, fairness, limits, how to reproduce. Pure."""

from collections.abc import Iterator, Sequence

from training.card.layout import NOT_MEASURED, Picture, Section, figure, percent, table
from training.card.record import CardRecord
from training.fairness import FairnessGroup
from training.promotion_log import Move

_FIGURES = {
    "auc": "AUC",
    "gini": "Gini",
    "ks": "Kolmogorov-Smirnov",
    "average_precision": "average precision",
    "brier": "Brier score",
    "log_loss": "log loss",
    "ece": "expected calibration error, ten bins",
}


def quality_sections(record: CardRecord) -> Iterator[Section]:
    """What the model is worth, to whom, and where that ends."""
    yield _quality(record)
    yield _calibration(record)
    yield _decisions(record)
    yield _lift(record)
    yield _segments(record)
    yield _fairness(record)
    yield _stability(record)
    yield _LIMITS
    yield _reproduction(record)
    yield _promotions(record)


def _quality(record: CardRecord) -> Section:
    found = record.evaluation
    values = {name: getattr(found.quality, name) for name in _FIGURES}
    rows = [
        (words, figure(found.intervals.get(name, values[name]))) for name, words in _FIGURES.items()
    ]
    return Section(
        "Quality",
        words=(
            (
                f"Every figure is of {found.quality.rows:,} rows, each scored by a model that had "
                "neither seen it nor been tuned by it. Intervals are 95 %, by a stratified "
                f"bootstrap of {found.replicates} replicates (seed {found.seed})."
            ),
        ),
        tables=(table("", ("figure", "value"), rows),),
        pictures=(Picture("roc", "ROC curve"), Picture("points", "Points of good and bad")),
    )


def _calibration(record: CardRecord) -> Section:
    found = record.evaluation
    rows = [
        (
            one.method + (" (in force)" if one.method == found.calibration_method else ""),
            figure(one.log_loss, 5),
            figure(one.brier, 5),
            figure(one.ece, 5),
            figure(one.auc_lost, 5),
        )
        for one in found.calibrations
    ]
    goodness = found.goodness
    return Section(
        "Calibration",
        words=(
            (
                f"Expected calibration error {figure(goodness.ece)}; noise alone would give "
                f"{figure(goodness.ece_of_noise)}. True probabilities would do as badly with "
                f"probability {goodness.p_value:.2g}. Slope {figure(goodness.slope, 3)}, intercept "
                f"{figure(goodness.intercept, 3)}; 1 and 0 are perfect."
            ),
        ),
        tables=(
            table(
                "Ways to calibrate, each out of fold",
                ("method", "log loss", "Brier", "ECE", "AUC lost"),
                rows,
            ),
        ),
        pictures=(Picture("reliability", "Predicted against observed"),),
    )


def _decisions(record: CardRecord) -> Section:
    found = record.evaluation.decisions
    economics, points = found.economics, record.manifest.points
    shares = [
        (one.decision, f"{one.rows:,}", percent(one.share), percent(one.default_rate))
        for one in found.shares
    ]
    profits = (
        ("expected from the probabilities", figure(found.expected_profit, 5)),
        ("realised by the outcomes", figure(found.realised_profit, 5)),
        ("without reviews, at break-even", figure(found.profit_without_review, 5)),
        ("approving everyone", figure(found.profit_of_approving_all, 5)),
    )
    return Section(
        "Decisions and profit",
        words=(
            (
                f"Approve below {percent(found.policy.approve_below)}, decline from "
                f"{percent(found.policy.decline_from)}, refer between. Break-even is at "
                f"{percent(found.break_even)}."
            ),
            (
                f"Assumed, not measured: margin {percent(economics.margin)}, loss given default "
                f"{percent(economics.loss_given_default)}, cost of a review "
                f"{percent(economics.review_cost)}, capacity of reviewers "
                f"{percent(economics.review_capacity)} of applicants; all credits weigh alike."
            ),
            (
                f"Points: {points.base:g} at odds of {points.base_odds:g} to 1, "
                f"{points.doubling:g} points double the odds."
            ),
        ),
        tables=(
            table("Who is decided how", ("decision", "rows", "share", "default rate"), shares),
            table("Profit per unit of credit applied for", ("", "profit"), profits),
        ),
        pictures=(
            Picture("profit", "Profit by decision"),
            Picture("profit_curve", "Profit by threshold"),
        ),
    )


def _lift(record: CardRecord) -> Section:
    rows = [
        (
            str(one.tenth),
            f"{one.rows:,}",
            f"{one.defaults:,}",
            percent(one.default_rate),
            percent(one.predicted),
            percent(one.gain),
            figure(one.lift, 2),
        )
        for one in record.evaluation.lift
    ]
    header = ("tenth", "rows", "defaults", "default rate", "predicted", "gain", "lift")
    return Section(
        "Lift and gain",
        words=("The riskiest tenth first; gain and lift count all tenths up to that one.",),
        tables=(table("", header, rows),),
        pictures=(Picture("gain", "Defaults found among those scored riskiest"),),
    )


def _segments(record: CardRecord) -> Section:
    rows = [
        (
            one.attribute,
            one.level,
            f"{one.rows:,}",
            figure(one.auc, 3),
            percent(one.predicted),
            percent(one.observed),
            "small" if one.small else "",
        )
        for one in record.evaluation.segments
    ]
    header = ("segment", "level", "rows", "AUC", "predicted", "observed", "")
    return Section(
        "Segments",
        words=("Figures of small segments are not to be relied on.",),
        tables=(table("", header, rows),),
        pictures=(Picture("segments", "Quality by segment"),),
    )


def _fairness(record: CardRecord) -> Section:
    rows = [
        (
            one.attribute,
            one.level + (" (reference)" if one.reference else ""),
            f"{one.rows:,}",
            percent(one.approval),
            figure(one.approval_ratio, 3),
            figure(one.opportunity_ratio, 3),
            percent(one.predicted),
            percent(one.observed),
            "small" if one.small else "",
        )
        for one in record.evaluation.fairness
    ]
    header = (
        "attribute",
        "group",
        "rows",
        "approved",
        "approval ratio",
        "equal opportunity",
        "predicted",
        "observed",
        "",
    )
    return Section(
        "Fairness",
        words=(
            (
                "Approved means approved without a review. The approval ratio is to the group "
                "approved most; below 0.8 it fails the four-fifths rule. Equal opportunity is the "
                "same ratio among those who repaid. Small groups are not judged. Which attributes "
                "the rule keeps a model out by is the lender's policy; what it found stands under "
                "Promotions."
            ),
            _misjudged(record.evaluation.fairness),
        ),
        tables=(table("", header, rows),),
        pictures=(Picture("fairness", "Approval by group"),),
    )


def _misjudged(groups: Sequence[FairnessGroup]) -> str:
    """The groups whose risk the model does not get right."""
    names = [
        f"{one.attribute} {one.level} ({percent(one.predicted)} predicted, {percent(one.observed)})"
        for one in groups
        if not (one.small or one.calibrated)
    ]
    if not names:
        return "In every group the defaults predicted lie in the interval of those observed."
    return f"The defaults predicted lie outside the interval of those observed: {'; '.join(names)}."


def _stability(record: CardRecord) -> Section:
    found = record.evaluation.stability
    if found is None:
        words = f"The shift of the score from training to other applicants is {NOT_MEASURED}."
        return Section("Stability", words=(words,))
    return Section(
        "Stability",
        words=(
            (
                f"Population stability index {figure(found.psi)} between {found.expected_rows:,} "
                f"training rows and {found.actual_rows:,} applicants without outcomes; above "
                f"{figure(found.critical)} in one of twenty cases if nothing had shifted."
            ),
        ),
    )


_LIMITS = Section(
    "Limits",
    words=(
        (
            f"Quality on later applications than those of the data is {NOT_MEASURED}: the rows "
            "bear no dates to split by. Watch drift and outcomes in operation."
        ),
        (
            "Only applicants who were granted a loan have outcomes; how the model does on those "
            f"once declined is {NOT_MEASURED}."
        ),
        "The costs behind thresholds and profit are the lender's assumptions.",
        "Attributions say what moved the score, not what causes default.",
        (
            "Figures are of cross-validation; the final trees are fitted to all rows and are not "
            "judged themselves."
        ),
    ),
)


def _reproduction(record: CardRecord) -> Section:
    version = record.version or "VERSION"
    facts = [("python", record.origin.python), ("machine", record.origin.machine)]
    facts += sorted(record.origin.libraries.items())
    return Section(
        "How to reproduce",
        words=(
            (
                "With the code at the commit above, the locked requirements of this run and the "
                "files with the fingerprints above; the command says whether the trees are "
                "identical."
            ),
        ),
        code=f"git checkout {record.origin.code.rstrip('+')}\n"
        "make setup\n"
        f".venv/bin/python -m training reproduce {version} --data FOLDER",
        tables=(table("Made with", ("", "version"), facts),),
    )


def _promotions(record: CardRecord) -> Section:
    if not record.moves:
        return Section("Promotions", words=("This version has not been put into force.",))
    header = ("when", "alias", "from", "to", "by", "reason", "the gate's findings", "override")
    rows = [_move(one) for one in record.moves]
    return Section("Promotions", tables=(table("", header, rows),))


def _move(one: Move) -> tuple[str, ...]:
    return (
        one.at,
        one.alias,
        one.previous or "none",
        one.version,
        one.by,
        one.reason,
        "; ".join(one.findings) or ("none" if one.kind == "promote" else "not asked: rollback"),
        one.override or "none",
    )
