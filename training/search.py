"""The search for LightGBM's parameters, inside the rows of one part: seeded, pruned, resumable."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import optuna
from optuna.storages import BaseStorage, InMemoryStorage, RDBStorage
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.exc import DatabaseError

from training.errors import BadInputError
from training.parameters import Choice, Plan
from training.search_space import Space
from training.train import TrainingRows
from training.trials import Trial, judge_trial, surely_better

_ROUNDS, _LOSSES, _ROWS = "rounds", "losses", "rows"
_FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)
_UNSEARCHED = 5
"""Trials that none is pruned against, and that are drawn at random."""
_LOCK_SECONDS = 60


def open_storage(file: Path | None) -> BaseStorage:
    """Where trials are kept: a SQLite file that a stopped search goes on from, or the memory.

    Raises:
        BadInputError: the file is not one of a study.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    if file is None:
        return InMemoryStorage()
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        return RDBStorage(
            f"sqlite:///{file}", engine_kwargs={"connect_args": {"timeout": _LOCK_SECONDS}}
        )
    except DatabaseError as error:
        raise BadInputError(f"{file}: not the file of a study: {error.orig}") from error


@dataclass(frozen=True, slots=True)
class Search:
    """Chooses the parameters that lose least on inner held-out rows, if surely less than default.

    A trial is drawn by a seed of its own, which depends on how many were finished before it: a
    search that was stopped and resumed draws what it would have drawn in one piece.

    Attributes:
        trials: of every part.
        space: the ranges that parameters are drawn from.
        storage: where they are kept.
        observe: told of every finished trial, of those found in the storage too.
    """

    trials: int
    space: Space
    storage: BaseStorage
    observe: Callable[[Trial], object]

    def __call__(self, rows: TrainingRows, plan: Plan, part: str) -> Choice:
        """The best parameters for these rows, with their number of trees.

        Raises:
            BadInputError: the storage holds trials of other rows or another plan under this name.
        """
        study = self._study(rows, plan, part)
        done = _finished(study)
        for number, trial in enumerate(done):
            self.observe(_told(trial, part, number))
        for number in range(len(done), self.trials):
            study.sampler = optuna.samplers.TPESampler(
                seed=plan.seed + number, n_startup_trials=_UNSEARCHED
            )
            self.observe(_told(self._run(study, rows, plan), part, number))
        chosen = _chosen(_finished(study)[0], study.best_trial)
        return Choice(
            boosting={**plan.boosting, **chosen.params}, rounds=int(chosen.user_attrs[_ROUNDS])
        )

    def _study(self, rows: TrainingRows, plan: Plan, part: str) -> optuna.Study:
        pruner = optuna.pruners.MedianPruner(n_startup_trials=_UNSEARCHED)
        study = optuna.create_study(
            storage=self.storage, study_name=part, load_if_exists=True, pruner=pruner
        )
        _claim(study, rows, plan)
        for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            study.tell(trial.number, state=TrialState.FAIL)
        if not study.get_trials(deepcopy=False, states=(*_FINISHED, TrialState.WAITING)):
            study.enqueue_trial({name: plan.boosting[name] for name in self.space})
        return study

    def _run(self, study: optuna.Study, rows: TrainingRows, plan: Plan) -> FrozenTrial:
        trial = study.ask(dict(self.space))

        def report(loss: float, folds: int) -> None:
            trial.report(loss, folds)
            if trial.should_prune():
                raise optuna.TrialPruned

        try:
            losses, rounds = judge_trial(rows, plan, {**plan.boosting, **trial.params}, report)
        except optuna.TrialPruned:
            return study.tell(trial, state=TrialState.PRUNED)
        trial.set_user_attr(_ROUNDS, rounds)
        trial.set_user_attr(_LOSSES, losses)
        return study.tell(trial, float(np.mean(losses)))


def _claim(study: optuna.Study, rows: TrainingRows, plan: Plan) -> None:
    found = _fingerprint(rows, plan)
    if study.user_attrs.get(_ROWS, found) != found:
        raise BadInputError(
            f"the study holds trials on other rows, or by other settings, for "
            f"{study.study_name}: name another file"
        )
    study.set_user_attr(_ROWS, found)


def _chosen(default: FrozenTrial, best: FrozenTrial) -> FrozenTrial:
    better = surely_better(best.user_attrs[_LOSSES], default.user_attrs[_LOSSES])
    return best if better else default


def _finished(study: optuna.Study) -> list[FrozenTrial]:
    return study.get_trials(deepcopy=False, states=_FINISHED)


def _told(trial: FrozenTrial, part: str, number: int) -> Trial:
    return Trial(
        part=part,
        number=number,
        parameters=trial.params,
        loss=trial.intermediate_values[max(trial.intermediate_values)],
        rounds=trial.user_attrs.get(_ROUNDS),
        seconds=trial.duration.total_seconds() if trial.duration else 0.0,
    )


def _fingerprint(rows: TrainingRows, plan: Plan) -> str:
    """Of all that the outcome of a trial depends on."""
    digest = hashlib.sha256(msgspec.json.encode([rows.names, rows.categorical]))
    digest.update(msgspec.json.encode(msgspec.structs.replace(plan, workers=1)))
    digest.update(rows.matrix.data)
    digest.update(rows.target.data)
    return digest.hexdigest()
