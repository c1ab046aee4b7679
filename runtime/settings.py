"""Settings: read from the environment once, at the edge, and passed down from there."""

import sys
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from contracts.topics import Topic

SettingsT = TypeVar("SettingsT", bound=BaseSettings)


class KafkaSettings(BaseSettings):
    """Where Kafka is and how our groups and topics are named there."""

    model_config = SettingsConfigDict(env_prefix="KAFKA_", frozen=True)

    bootstrap_servers: str = Field("localhost:9092", min_length=1, description="Kafka's addresses")
    group_protocol: Literal["auto", "classic", "consumer"] = Field(
        "auto", description="consumer group protocol; auto takes the new one where Kafka has it"
    )
    topic_prefix: str = Field(
        "", pattern=r"^[a-zA-Z0-9._-]*$", description="put before every topic and group name"
    )

    def topic_name(self, topic: Topic) -> str:
        """The topic's name on this cluster."""
        return self.topic_prefix + topic.name

    def group_id(self, service: str) -> str:
        """The consumer group of a service on this cluster."""
        return self.topic_prefix + service


class MlflowSettings(BaseSettings):
    """Where the models are; `MODEL_ALIAS` names the version in force."""

    model_config = SettingsConfigDict(frozen=True, populate_by_name=True)

    tracking_uri: str = Field(
        "sqlite:///mlflow.db",
        validation_alias="MLFLOW_TRACKING_URI",
        description="MLflow's tracking and registry address",
    )
    model_name: str = Field(
        "creditstream",
        min_length=1,
        validation_alias="MODEL_NAME",
        description="the registered model",
    )
    model_alias: str = Field(
        "champion",
        min_length=1,
        validation_alias="MODEL_ALIAS",
        description="the alias of the version in force",
    )
    poll_seconds: float = Field(
        5.0,
        gt=0,
        validation_alias="MODEL_POLL_SECONDS",
        description="seconds between looks at the alias",
    )


class ServiceSettings(BaseSettings):
    """What every service has; each gives its own prefix and port."""

    http_host: str = Field("127.0.0.1", description="address of metrics and health")
    http_port: int = Field(0, ge=0, le=65535, description="port of metrics and health; 0 takes any")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="least severity that is logged"
    )
    state_dir: Path = Field(Path("var"), description="folder for the service's own state")
    batch_size: int = Field(256, ge=1, le=100_000, description="most records in a batch")
    batch_wait: float = Field(
        0.05, gt=0, le=60, description="seconds a batch waits for its first record"
    )
    dead_letter_limit: int = Field(
        100, ge=1, description="dead letters in a row that pause the service"
    )
    stall_seconds: float = Field(
        60.0, gt=0, description="seconds without progress, while there is lag, that end liveness"
    )
    kafka: KafkaSettings = Field(default_factory=KafkaSettings)
    mlflow: MlflowSettings = Field(default_factory=MlflowSettings)


def load_settings(settings_type: type[SettingsT]) -> SettingsT:
    """The settings from the environment.

    Raises:
        SystemExit: with code 2, after naming on stderr each variable that is wrong and why.
    """
    try:
        return settings_type()
    except SettingsError as error:  # a value that is to be JSON and is not
        print(f"{settings_type.model_config.get('env_prefix')}*: {error}", file=sys.stderr)  # noqa: T201
        raise SystemExit(2) from error
    except ValidationError as error:
        for problem in error.errors():
            name = _variable(error.title, settings_type, problem["loc"])
            print(f"{name}: {problem['msg']}, not {problem['input']!r}", file=sys.stderr)  # noqa: T201
        raise SystemExit(2) from error


def _variable(title: str, settings_type: type[BaseSettings], place: tuple[int | str, ...]) -> str:
    """The environment variable behind a place in an error; `title` names the class that failed."""
    known = (settings_type, KafkaSettings, MlflowSettings)
    prefix = next((c.model_config.get("env_prefix") for c in known if c.__name__ == title), "")
    return f"{prefix}{'_'.join(str(part) for part in place)}".upper()
