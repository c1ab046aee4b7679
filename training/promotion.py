"""Moves the alias: one move at a time, each with who, when and why, and the way back.

MLflow has no compare-and-set. So a mover first writes a claim under a key of its own and then looks
for others' claims: of two movers at once at least one sees the other's, and whoever sees one gives
up. Under its claim it makes sure that the alias is where it was when the move was judged.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import uuid4

import msgspec
from mlflow import MlflowClient
from mlflow.entities.model_registry import RegisteredModel

from runtime.settings import MlflowSettings
from training.promotion_log import Move

_LOG, _CLAIM = "promotion.log.", "promotion.claim."
_CLAIM_HOLDS = dt.timedelta(minutes=2)
"""A move takes a second; an older claim was left by a process that was killed."""


class PromotionConflictError(RuntimeError):
    """Somebody else moved the alias, or is about to."""


class Claim(msgspec.Struct, frozen=True):
    """Says that somebody is about to move an alias."""

    by: str
    at: dt.datetime


class Promotions:
    """The alias of a registered model and the log of its moves, kept as tags of the model."""

    def __init__(self, settings: MlflowSettings) -> None:
        self._name, self._alias = settings.model_name, settings.model_alias
        self._client = MlflowClient(tracking_uri=settings.tracking_uri)

    def champion(self) -> str | None:
        """The version that the alias names; None where it names none.

        Raises:
            MlflowException: no such model, or the registry is away.
        """
        return self._named(self._model())

    def moves(self) -> tuple[Move, ...]:
        """The moves of the alias, oldest first."""
        return tuple(one for one in _log(self._model().tags) if one.alias == self._alias)

    def move(self, move: Move) -> None:
        """Write the move into the log, then move the alias; nobody else can in the meantime.

        Raises:
            PromotionConflictError: the alias is not where the move says, or another is under way.
            MlflowException: the registry is away; what the log then says was not done shows in the
                `previous` of the next move.
        """
        with self._claimed(move.by):
            model = self._model()
            found = self._named(model)
            if found != move.previous:
                raise PromotionConflictError(
                    f"{self._alias} moved from version {move.previous} to {found} "
                    f"while version {move.version} was judged: judge it again"
                )
            self._record(move, len(_log(model.tags)) + 1)
            self._client.set_registered_model_alias(self._name, self._alias, move.version)

    def _record(self, move: Move, place: int) -> None:
        text = msgspec.json.encode(move).decode()
        self._client.set_registered_model_tag(self._name, f"{_LOG}{place:06}", text)
        for key, value in {"by": move.by, "at": move.at, "reason": move.reason}.items():
            self._client.set_model_version_tag(self._name, move.version, f"promoted.{key}", value)

    @contextmanager
    def _claimed(self, by: str) -> Iterator[None]:
        key, claim = f"{_CLAIM}{uuid4().hex}", Claim(by, dt.datetime.now(dt.UTC))
        self._client.set_registered_model_tag(self._name, key, msgspec.json.encode(claim).decode())
        try:
            for other, found in _claims(self._model().tags).items():
                if other != key:
                    self._give_way(other, found)
            yield
        finally:
            self._client.delete_registered_model_tag(self._name, key)

    def _give_way(self, key: str, claim: Claim) -> None:
        if dt.datetime.now(dt.UTC) - claim.at < _CLAIM_HOLDS:
            raise PromotionConflictError(
                f"{claim.by} has been moving an alias since {claim.at:%H:%M:%S}: try again"
            )
        self._client.delete_registered_model_tag(self._name, key)

    def _model(self) -> RegisteredModel:
        return self._client.get_registered_model(self._name)

    def _named(self, model: RegisteredModel) -> str | None:
        version = model.aliases.get(self._alias)
        return None if version is None else str(version)


def _log(tags: Mapping[str, str]) -> list[Move]:
    keys = sorted(key for key in tags if key.startswith(_LOG))
    return [msgspec.json.decode(tags[key], type=Move) for key in keys]


def _claims(tags: Mapping[str, str]) -> dict[str, Claim]:
    return {
        key: msgspec.json.decode(text, type=Claim)
        for key, text in tags.items()
        if key.startswith(_CLAIM)
    }
