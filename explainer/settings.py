"""The explainer's settings, from the environment."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from runtime.settings import ServiceSettings


class ExplainerSettings(ServiceSettings):
    """Variables begin with `EXPLAINER_`."""

    model_config = SettingsConfigDict(env_prefix="EXPLAINER_", frozen=True)

    http_port: int = Field(8002, ge=0, le=65535, description="port of metrics and health")
    state_dir: Path = Field(
        Path("var/explainer"), description="folder of crash notes and compiled code"
    )
    batch_linger: float = Field(
        0.04, ge=0, le=10, description="most seconds that Kafka holds scores back to fill a batch"
    )
    batch_size: int = Field(64, ge=1, le=100_000, description="most scores explained together")
