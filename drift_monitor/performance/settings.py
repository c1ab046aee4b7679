"""Settings of the ledger and of what decisions earn, from the environment."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from drift_monitor.performance.economics import Economics
from runtime.settings import Settings

Share = Annotated[float, Field(ge=0, le=1)]

LEDGER_FILE = "ledger.sqlite"


class PerformanceSettings(Settings):
    """Where outcomes are kept and what they are worth; shares are of the amount of credit."""

    model_config = SettingsConfigDict(env_prefix="DRIFT_MONITOR_", frozen=True)

    ledger_url: SecretStr = Field(
        SecretStr(""),
        description="SQLAlchemy address of the ledger of scores and outcomes, SQLite or "
        f"PostgreSQL; by default {LEDGER_FILE} in the state folder",
    )
    segment: str = Field(
        "NAME_CONTRACT_TYPE", description="the category that outcomes are also shown by"
    )
    margin: Share = Field(0.1, description="earned of a loan that is repaid")
    loss_given_default: Share = Field(0.6, description="lost of a loan that is not")
    review_cost: Share = Field(0.004, description="cost of a manual review")
    review_finds: Share = Field(
        0.35, description="of later defaults, the share that a review declines"
    )
    review_rejects: Share = Field(
        0.05, description="of good applicants, the share that a review declines"
    )

    def ledger(self, state_dir: Path) -> str:
        """The address of the ledger of a monitor with this state folder."""
        return self.ledger_url.get_secret_value() or f"sqlite:///{state_dir / LEDGER_FILE}"

    def economics(self) -> Economics:
        """What decisions earn and cost."""
        return Economics(
            margin=self.margin,
            loss_given_default=self.loss_given_default,
            review_cost=self.review_cost,
            review_finds=self.review_finds,
            review_rejects=self.review_rejects,
        )
