"""The monitor's settings, from the environment: windows, thresholds, backend."""

import datetime as dt
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_settings import SettingsConfigDict

from drift_monitor.comparison import Test
from drift_monitor.detectors import Backend
from drift_monitor.performance.settings import PerformanceSettings
from drift_monitor.policy import DEFAULT_FLOORS, LEAST_ROWS, Multivariate, Policy
from drift_monitor.sequential import Sequential
from drift_monitor.windows import Sizes
from runtime.settings import ServiceSettings

Share = Annotated[float, Field(gt=0, le=1)]

_CALENDAR = ("WEEKDAY_APPR_PROCESS_START", "HOUR_APPR_PROCESS_START")


class DriftMonitorSettings(ServiceSettings):
    """What the drift monitor can be told."""

    model_config = SettingsConfigDict(env_prefix="DRIFT_MONITOR_", frozen=True)

    http_port: int = Field(8003, ge=0, le=65535, description="port of metrics and health")
    state_dir: Path = Field(Path("var/drift_monitor"), description="folder of the state file")
    batch_size: int = Field(1000, ge=1, le=10_000, description="most records in a batch")
    batch_linger: float = Field(
        0.1, ge=0, le=10, description="most seconds that Kafka holds records back to fill a batch"
    )
    backend: Backend = Field(
        "scipy", description="who computes the tests; alibi is not licensed for production"
    )
    window: int = Field(1000, ge=1, description="scores in a window")
    hop: int = Field(250, ge=1, description="scores after which the sliding window moves on")
    least_size: int = Field(250, ge=1, description="least scores in a window closed by its age")
    max_age_seconds: float = Field(86_400, gt=0, description="age at which a window is closed")
    lateness_seconds: float = Field(
        3_600, ge=0, description="how long a day's window waits for its last scores"
    )
    false_discovery_rate: Share = Field(0.01, description="largest q-value of a verdict")
    ks_floor: Share = Field(
        DEFAULT_FLOORS[Test.KS], description="least KS distance of a verdict on a number"
    )
    levels_floor: Share = Field(
        DEFAULT_FLOORS[Test.LEVELS], description="least total variation of a verdict on a category"
    )
    missing_floor: Share = Field(
        DEFAULT_FLOORS[Test.MISSING], description="least move of a missing share for a verdict"
    )
    unseen_floor: Share = Field(
        DEFAULT_FLOORS[Test.UNSEEN], description="least share of unseen levels for a verdict"
    )
    column_floors: dict[str, dict[Test, Share]] = Field(
        default_factory=dict,
        description='other floors for some columns, as JSON: {"AMT_CREDIT": {"ks": 0.1}}',
    )
    untested: tuple[str, ...] = Field(
        _CALENDAR,
        description="columns shown but not judged, as JSON; by default those of the calendar, "
        "which a window shorter than a week cannot represent",
    )
    alert_needed: int = Field(2, ge=1, description="verdicts on a column that raise an alert ...")
    alert_among: int = Field(3, ge=1, description="... among this many windows")
    segments: tuple[str, ...] = Field(
        (),
        description="columns whose levels get windows of their own, as JSON: "
        '["NAME_CONTRACT_TYPE", "REGION_RATING_CLIENT"]',
    )
    slow_run_length: int = Field(
        10_000,
        ge=1,
        description="clean windows, on average at least, to a false alarm of slow drift",
    )
    slow_tolerance: Share = Field(
        0.05, description="difference, in standard deviations, that is no slow drift"
    )
    slow_step: Share = Field(
        0.07, description="how far beyond the tolerance slow drift is found the soonest"
    )
    multivariate_rows: int = Field(
        2000,
        ge=0,
        le=20_000,
        description="rows of a day that are tested for drift of all columns together, at least "
        f"{LEAST_ROWS}; 0 for none",
    )
    multivariate_level: Share = Field(0.001, description="largest p-value of its verdict")
    multivariate_floor: float = Field(
        0.55, ge=0.5, le=1, description="least area under the ROC curve of its verdict"
    )
    seen_limit: int = Field(20_000, ge=1, description="score ids remembered against redelivery")

    performance: PerformanceSettings = Field(default_factory=PerformanceSettings)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.window % self.hop:
            raise ValueError(f"window {self.window} is not a multiple of hop {self.hop}")
        if self.alert_needed > self.alert_among:
            raise ValueError(f"alert_needed {self.alert_needed} > alert_among {self.alert_among}")
        if 0 < self.multivariate_rows < LEAST_ROWS:
            rows = self.multivariate_rows
            raise ValueError(f"multivariate_rows {rows} is neither 0 nor at least {LEAST_ROWS}")
        return self

    def sizes(self) -> Sizes:
        """How windows are cut."""
        max_age = dt.timedelta(seconds=self.max_age_seconds)
        lateness = dt.timedelta(seconds=self.lateness_seconds)
        return Sizes(
            self.window,
            self.hop,
            self.least_size,
            max_age,
            lateness,
            sampled=self.multivariate_rows,
        )

    def policy(self) -> Policy:
        """When a difference counts."""
        return Policy(
            false_discovery_rate=self.false_discovery_rate,
            floors={
                Test.KS: self.ks_floor,
                Test.LEVELS: self.levels_floor,
                Test.MISSING: self.missing_floor,
                Test.UNSEEN: self.unseen_floor,
            },
            column_floors=self.column_floors,
            needed=self.alert_needed,
            among=self.alert_among,
            sequential=Sequential(self.slow_run_length, self.slow_tolerance, self.slow_step),
            multivariate=Multivariate(self.multivariate_level, self.multivariate_floor),
        )
