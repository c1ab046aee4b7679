"""Whether a version is held against the bounds of the policy that it was trained under."""

from pathlib import Path

import msgspec
from mlflow.exceptions import MlflowException

from contracts.bundle import IncompatibleBundleError
from runtime.settings import MlflowSettings
from training.errors import BadInputError
from training.gate import Check
from training.gate_rules import GateRules
from training.policy import read_policy
from training.settings import SETTINGS_FILE
from training.versions import Versions


class _Options(msgspec.Struct):
    """Of a run's options the policy alone, so that older records can be read."""

    policy: str


class _Settings(msgspec.Struct):
    options: _Options


def check_policy(settings: MlflowSettings, version: str, rules: GateRules) -> Check:
    """The bounds of the gate against those in the version's record; without those it fails."""
    try:
        recorded = _recorded_rules(Versions(settings), version)
    except (
        BadInputError,
        IncompatibleBundleError,
        MlflowException,
        msgspec.DecodeError,
    ) as error:
        words = f"the recorded bounds of version {version}: {error}"
        return Check(criterion="policy", passed=False, words=words)
    return compare_rules(recorded, rules)


def compare_rules(recorded: GateRules, rules: GateRules) -> Check:
    """Whoever promotes does not choose the bounds: they are those of the training."""
    then, now = msgspec.to_builtins(recorded), msgspec.to_builtins(rules)
    found = [
        f"{name} {now[name]}, recorded {then[name]}" for name in then if then[name] != now[name]
    ]
    words = "; ".join(found) or "none"
    return Check(
        criterion="policy",
        passed=not found,
        words=f"bounds of the gate that differ from those of the training: {words}",
    )


def _recorded_rules(versions: Versions, version: str) -> GateRules:
    with versions.artifact(version, SETTINGS_FILE) as path:
        asked = msgspec.json.decode(path.read_bytes(), type=_Settings).options
    with versions.artifact(version, Path(asked.policy).name) as path:
        return read_policy(path).gate
