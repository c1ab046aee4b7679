"""Puts a version into force past the gate, and the one before back into force."""

import datetime as dt
from dataclasses import dataclass

import msgspec
from mlflow.exceptions import MlflowException

from contracts.bundle import IncompatibleBundleError
from runtime.model_registry import ModelRegistry
from runtime.settings import MlflowSettings
from training.comparing import compare_versions
from training.errors import BadInputError
from training.evaluation import EVALUATION_FILE, decode_evaluation
from training.gate import Check, Verdict, judge_at_gate
from training.gate_rules import GateRules
from training.history_match import check_histories
from training.promotion import Promotions
from training.promotion_log import Move, version_before, was_promoted
from training.recorded_policy import check_policy
from training.versions import Versions

_LONGEST_REASON = 1_000


class RefusedError(RuntimeError):
    """The gate found something against the version, and nobody overrode it."""


@dataclass(frozen=True, slots=True)
class Motive:
    """Who moves the alias and why; `override` says why against the gate."""

    by: str
    reason: str
    override: str | None = None

    def __post_init__(self) -> None:
        """Refuse what could not be kept or would say nothing."""
        given = (self.by, self.reason, *([] if self.override is None else [self.override]))
        for text in given:
            if not text.strip() or len(text) > _LONGEST_REASON:
                raise BadInputError(f"a name or reason must have 1 to {_LONGEST_REASON} characters")


def promote(settings: MlflowSettings, version: str, motive: Motive, rules: GateRules) -> Verdict:
    """Move the alias to a version that can be served and passes the gate.

    Returns:
        What the gate said of it.

    Raises:
        RefusedError: the gate refuses it, and nobody overrides that.
        PromotionConflictError: somebody else moves the alias.
        MlflowException: no such version, or the registry is away.
        IncompatibleBundleError: it cannot be served, or nobody makes its histories.
    """
    check_servable(settings, version)
    promotions = Promotions(settings)
    champion = promotions.champion()
    verdict = judge_version(settings, version, champion, rules, motive.override)
    if not verdict.opens:
        raise RefusedError(f"version {version} is refused: {'; '.join(verdict.refusals)}")
    promotions.move(
        Move(
            kind="promote",
            alias=settings.model_alias,
            version=version,
            previous=champion,
            by=motive.by,
            at=_now(),
            reason=motive.reason,
            findings=(*verdict.refusals, *verdict.warnings),
            override=motive.override if verdict.refusals else None,
            rules=rules,
        )
    )
    return verdict


def roll_back(settings: MlflowSettings, motive: Motive) -> Move:
    """Move the alias back to the version before; the gate is not asked again.

    Raises:
        RefusedError: it was never promoted but put there by hand, and nobody overrides that.
        BadInputError: the log knows of no version before.
        PromotionConflictError: somebody else moves the alias.
        MlflowException: no such model, or the registry is away.
        IncompatibleBundleError: the version before cannot be served any more.
    """
    promotions = Promotions(settings)
    current = promotions.champion()
    moves = promotions.moves()
    before = None if current is None else version_before(moves, current)
    if before is None:
        raise BadInputError(f"no version was {settings.model_alias} before {current}")
    check_servable(settings, before)
    findings: tuple[str, ...] = ()
    if not was_promoted(moves, before):
        findings = (f"version {before} was never promoted: the gate was not asked of it",)
    if findings and motive.override is None:
        raise RefusedError("; ".join(findings))
    move = Move(
        kind="rollback",
        alias=settings.model_alias,
        version=before,
        previous=current,
        by=motive.by,
        at=_now(),
        reason=motive.reason,
        findings=findings,
        override=motive.override if findings else None,
    )
    promotions.move(move)
    return move


def check_servable(settings: MlflowSettings, version: str) -> None:
    """Refuse a version that services could not take.

    Raises:
        MlflowException: no such version, or the registry is away.
        IncompatibleBundleError: it cannot be loaded, or nobody makes its histories.
    """
    check_histories(ModelRegistry(settings).load(version).manifest, version)


def judge_version(
    settings: MlflowSettings,
    version: str,
    champion: str | None,
    rules: GateRules,
    override: str | None,
) -> Verdict:
    """What the gate says of a version; what cannot be measured speaks against it."""
    try:
        with Versions(settings).artifact(version, EVALUATION_FILE) as path:
            evaluation = decode_evaluation(path.read_bytes())
    except (MlflowException, IncompatibleBundleError, msgspec.DecodeError) as error:
        return Verdict(checks=(_unknown("evaluation", version, error),), override=override)
    policy = check_policy(settings, version, rules)
    if champion in (None, version):
        return _with(judge_at_gate(evaluation, None, rules, override), policy)
    try:
        comparison = compare_versions(settings, champion, version)
    except (BadInputError, MlflowException, IncompatibleBundleError) as error:
        verdict = judge_at_gate(evaluation, None, rules, override)
        checks = (_unknown("comparison with the champion", version, error), *verdict.checks[1:])
        return _with(Verdict(checks=checks, override=override), policy)
    return _with(judge_at_gate(evaluation, comparison, rules, override), policy)


def _with(verdict: Verdict, check: Check) -> Verdict:
    return Verdict(checks=(*verdict.checks, check), override=verdict.override)


def _unknown(what: str, version: str, why: Exception) -> Check:
    return Check(criterion=what, passed=False, words=f"{what} of version {version}: {why}")


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
