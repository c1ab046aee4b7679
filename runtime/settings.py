"""Settings: read from the environment once, at the edge, and passed down from there."""

import sys
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from contracts.topics import Topic
from runtime.secret_files import SecretFileError, SecretFiles

SettingsT = TypeVar("SettingsT", bound=BaseSettings)


class Settings(BaseSettings):
    """Settings whose secrets may be in files: `<VARIABLE>_FILE` then names the file."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - no such file is read
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - ours names its files
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is passed in, else the environment, else a file that the environment names."""
        return init_settings, env_settings, SecretFiles(settings_cls)


class KafkaSettings(Settings):
    """Where Kafka is and how our groups and topics are named there."""

    model_config = SettingsConfigDict(env_prefix="KAFKA_", frozen=True)

    bootstrap_servers: str = Field("localhost:9092", min_length=1, description="Kafka's addresses")
    group_protocol: Literal["auto", "classic", "consumer"] = Field(
        "auto", description="consumer group protocol; auto takes the new one where Kafka has it"
    )
    topic_prefix: str = Field(
        "", pattern=r"^[a-zA-Z0-9._-]*$", description="put before every topic and group name"
    )

    security_protocol: Literal["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"] = Field(
        "plaintext", description="how Kafka is spoken to"
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="how we prove who we are, with a `sasl_` protocol"
    )
    sasl_username: str = Field(
        "", validate_default=True, description="our name, with a `sasl_` protocol"
    )
    sasl_password: SecretStr = Field(SecretStr(""), description="the password of that name")
    ssl_ca_location: Path | None = Field(
        None, description="file of the authorities to trust; none takes the system's"
    )
    ssl_certificate_location: Path | None = Field(
        None, description="file of our own certificate, where Kafka asks for one"
    )
    ssl_key_location: Path | None = Field(None, description="file of the certificate's key")
    ssl_key_password: SecretStr = Field(SecretStr(""), description="the password of that key")

    @field_validator("sasl_username")
    @classmethod
    def _has_name(cls, name: str, others: ValidationInfo) -> str:
        """Without a name Kafka's refusal would look like a broker that is away."""
        if not name and "sasl" in others.data.get("security_protocol", ""):
            raise ValueError("a `sasl_` protocol needs a name")
        return name

    def client_settings(self, client_id: str) -> dict[str, Any]:
        """What every client of librdkafka needs to reach this cluster."""
        settings: dict[str, Any] = {
            "bootstrap.servers": self.bootstrap_servers,
            "client.id": client_id,
            "security.protocol": self.security_protocol,
        }
        if "sasl" in self.security_protocol:
            settings |= {
                "sasl.mechanism": self.sasl_mechanism,
                "sasl.username": self.sasl_username,
                "sasl.password": self.sasl_password.get_secret_value(),
            }
        files = {
            "ssl.ca.location": self.ssl_ca_location,
            "ssl.certificate.location": self.ssl_certificate_location,
            "ssl.key.location": self.ssl_key_location,
        }
        settings |= {name: str(file) for name, file in files.items() if file is not None}
        if password := self.ssl_key_password.get_secret_value():
            settings["ssl.key.password"] = password
        return settings

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
    except SettingsError as error:
        prefix = settings_type.model_config.get("env_prefix")
        named = isinstance(error.__cause__, SecretFileError)  # else a value is no JSON
        print(error.__cause__ if named else f"{prefix}*: {error}", file=sys.stderr)  # noqa: T201
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
