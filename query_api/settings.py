"""Settings of the projector and of the API; both name the same database."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from runtime.settings import ServiceSettings, Settings

SERVICE = "query_api"
"""The name of the consumer group and of the dead-letter topics."""


class StoreSettings(Settings):
    """Where the projections are."""

    model_config = SettingsConfigDict(env_prefix="QUERY_API_", frozen=True)

    database_url: SecretStr = Field(
        SecretStr("sqlite:///var/query_api/creditstream.db"),
        description="SQLAlchemy address of the store; SQLite or PostgreSQL",
    )


class ProjectorSettings(ServiceSettings):
    """The projector: topics into SQL."""

    model_config = SettingsConfigDict(env_prefix="PROJECTOR_", frozen=True)

    http_port: int = Field(8004, ge=0, le=65535, description="port of metrics and health")
    batch_size: int = Field(1_024, ge=1, le=100_000, description="most records in a transaction")
    batch_linger: float = Field(
        0.05, ge=0, le=10, description="most seconds that Kafka holds records back to fill a batch"
    )
    state_dir: Path = Field(Path("var/query_api"), description="folder for the crash notes")
    store: StoreSettings = Field(default_factory=StoreSettings)


class QueryApiSettings(ServiceSettings):
    """The API and the pages."""

    model_config = SettingsConfigDict(env_prefix="QUERY_API_", frozen=True)

    http_port: int = Field(8000, ge=0, le=65535, description="port of the API and the pages")
    wait_limit: float = Field(
        30.0, ge=0, le=300, description="most seconds that a client may wait for a score"
    )
    store: StoreSettings = Field(default_factory=StoreSettings)
