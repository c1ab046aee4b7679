"""The scorer's settings, from environment variables that begin with `SCORER_`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from runtime.settings import ServiceSettings


class ScorerSettings(ServiceSettings):
    """What the scorer has besides the settings of every service."""

    model_config = SettingsConfigDict(env_prefix="SCORER_", frozen=True)

    http_port: int = Field(
        8001, ge=0, le=65535, description="port of metrics and health; 0 takes any"
    )
    state_dir: Path = Field(
        Path("var/scorer"), description="folder of the history view and of compiled code"
    )
    batch_size: int = Field(1024, ge=1, le=100_000, description="most applications in a batch")
    history_store_bytes: int = Field(
        4 * 1024**3, ge=65_536, description="most bytes that the history view may take on disk"
    )
