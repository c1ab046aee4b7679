"""What a model bundle says of itself: everything a service needs besides the trees."""

import math
from collections.abc import Mapping
from typing import Annotated

import msgspec

from contracts.application import CATEGORICAL
from contracts.events import Decision, HistoryStatus
from contracts.features import FEATURE_VERSION, feature_names

BUNDLE_FORMAT = 2
MANIFEST_FILE = "manifest.json"
TREES_FILE = "trees.txt"
REFERENCE_FILE = "reference.npy"
BUNDLE_FILES = (MANIFEST_FILE, TREES_FILE, REFERENCE_FILE)
DIGEST_TAG = "sha256.bundle_manifest"
"""The registry's tag of a version that holds the digest of its manifest."""

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Positive = Annotated[float, msgspec.Meta(gt=0)]


class IncompatibleBundleError(ValueError):
    """The bundle was made for another version of the features or of the bundle itself."""


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """Raw score to probability: the logistic of a line in the raw score, which may bend at zero.

    Without a bend it is Platt's scaling. With one it is beta calibration: on its far left the curve
    has the slope `slope`, on its far right `slope + bend`. It rises everywhere, so that no two
    applicants change places.

    Source: J. Platt, Probabilistic outputs for support vector machines, 1999; M. Kull et al.,
    Beyond sigmoids: how to obtain well-calibrated probabilities from binary classifiers with beta
    calibration, 2017, whose `a` is the slope and `b` the slope and the bend together.
    """

    slope: Positive = 1.0
    intercept: float = 0.0
    bend: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a curve that would turn back."""
        if self.slope + self.bend <= 0:
            raise ValueError(f"slope {self.slope} and bend {self.bend}: the curve turns back")

    def probability(self, raw_score: float) -> float:
        """The calibrated probability of default, strictly by the same code in every service.

        >>> Calibration().probability(0.0)
        0.5
        """
        log_odds = self.slope * raw_score + self.intercept
        if self.bend:
            log_odds += self.bend * (max(raw_score, 0.0) + math.log1p(math.exp(-abs(raw_score))))
        if log_odds >= 0:
            return 1.0 / (1.0 + math.exp(-log_odds))
        odds = math.exp(max(log_odds, -700.0))  # below, exp underflows to a probability of zero
        return odds / (1.0 + odds)


class PointsScale(msgspec.Struct, frozen=True, kw_only=True):
    """A score in points: `base` at `base_odds` to one of good to bad, `doubling` points double."""

    base: float = 600.0
    base_odds: Positive = 30.0
    doubling: Positive = 20.0

    def points(self, probability: float) -> int:
        """Points of a probability of default; more points, less risk.

        >>> PointsScale(base_odds=1.0).points(0.5)
        600
        """
        bounded = min(max(probability, 1e-9), 1 - 1e-9)
        odds = (1 - bounded) / bounded
        return round(self.base + self.doubling * math.log2(odds / self.base_odds))


class DecisionPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Approve below one probability of default, decline from another on, refer between them.

    An applicant whose history the scorer has never seen is referred, unless `refer_unknown` is off,
    as it is where the model uses no histories.
    """

    approve_below: Share
    decline_from: Share
    refer_unknown: bool = True

    def __post_init__(self) -> None:
        """Refuse thresholds that cross."""
        if self.approve_below > self.decline_from:
            raise ValueError(
                f"approve_below {self.approve_below} > decline_from {self.decline_from}"
            )

    def decide(self, probability: float, history: HistoryStatus) -> Decision:
        """The decision of the policy.

        >>> DecisionPolicy(approve_below=0.1, decline_from=0.3).decide(0.2, HistoryStatus.PRESENT)
        <Decision.REFER: 'refer'>
        """
        if probability >= self.decline_from:
            return Decision.DECLINE
        if self.refer_unknown and history is HistoryStatus.UNKNOWN:
            return Decision.REFER
        return Decision.APPROVE if probability < self.approve_below else Decision.REFER


class ReasonGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Features that give one reason: correlated inputs are told to a customer once.

    `code` is stable; `text` says what speaks against the customer, in words for the customer.
    """

    code: str
    text: str
    features: tuple[str, ...]


class BundleManifest(msgspec.Struct, frozen=True, kw_only=True):
    """The manifest of a model bundle.

    Attributes:
        format: the version of this structure.
        feature_version: of `contracts.features`, as trained.
        history_version: of the history features; "none" where the model uses no histories.
        history_features: their names, in the order in which histories are packed.
        model_features: the columns of the feature matrix that the trees take, in their order.
        categories: the levels of every category, in the order of their codes.
        calibration: raw score to probability.
        points: probability to points.
        policy: probability to decision.
        reasons: the groups of model features that reasons are given by; every one is in one group.
        importance: the mean absolute attribution of every model feature.
        trained_at: the time of training, RFC 3339.
        digests: the SHA-256 of the bundle's other files, by name; the registry holds this file's.
    """

    format: int = BUNDLE_FORMAT
    feature_version: str = FEATURE_VERSION
    history_version: str
    history_features: tuple[str, ...]
    model_features: tuple[str, ...]
    categories: Mapping[str, tuple[str, ...]]
    calibration: Calibration
    points: PointsScale
    policy: DecisionPolicy
    reasons: tuple[ReasonGroup, ...]
    importance: Mapping[str, float]
    trained_at: str
    digests: Mapping[str, str] = msgspec.field(default_factory=dict)

    @property
    def features(self) -> tuple[str, ...]:
        """The columns of the whole feature matrix."""
        return feature_names(self.history_features)

    def check(self) -> None:
        """Refuse a manifest that this code cannot serve.

        Raises:
            IncompatibleBundleError: says what differs.
        """
        self._require("bundle format", self.format, BUNDLE_FORMAT)
        self._require("feature version", self.feature_version, FEATURE_VERSION)
        self._require("set of categories", sorted(self.categories), sorted(CATEGORICAL))
        unknown = sorted(set(self.model_features) - set(self.features))
        self._require("unknown model features", unknown, [])
        grouped = sorted(name for group in self.reasons for name in group.features)
        self._require("features with a reason", grouped, sorted(self.model_features))

    @staticmethod
    def _require(what: str, found: object, expected: object) -> None:
        if found != expected:
            raise IncompatibleBundleError(f"{what}: the bundle has {found!r}, not {expected!r}")
