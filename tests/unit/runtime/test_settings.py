from pathlib import Path

import pytest
from pydantic_settings import SettingsConfigDict

from contracts.topics import SCORES
from runtime.settings import KafkaSettings, ServiceSettings, load_settings


class WorkerSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="WORKER_", frozen=True)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKER_HTTP_PORT", "8123")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "broker:9093")
    monkeypatch.setenv("KAFKA_TOPIC_PREFIX", "test-")
    monkeypatch.setenv("MODEL_ALIAS", "candidate")
    settings = load_settings(WorkerSettings)
    assert settings.http_port == 8123
    assert settings.kafka.bootstrap_servers == "broker:9093"
    assert settings.kafka.topic_name(SCORES) == "test-loan.scores"
    assert settings.kafka.group_id("worker") == "test-worker"
    assert settings.mlflow.model_alias == "candidate"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("WORKER_HTTP_PORT", "99999"),
        ("WORKER_HTTP_PORT", "eighty"),
        ("WORKER_BATCH_SIZE", "0"),
        ("WORKER_LOG_LEVEL", "LOUD"),
        ("KAFKA_GROUP_PROTOCOL", "new"),
        ("KAFKA_BOOTSTRAP_SERVERS", ""),
        ("KAFKA_TOPIC_PREFIX", "no spaces"),
        ("KAFKA_SECURITY_PROTOCOL", "tls"),
        ("KAFKA_SASL_MECHANISM", "GUESS"),
        ("MODEL_POLL_SECONDS", "-1"),
        ("MODEL_NAME", ""),
    ],
)
def test_a_bad_value_ends_with_the_name_of_its_variable(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variable: str,
    value: str,
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SystemExit) as ended:
        load_settings(WorkerSettings)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith(f"{variable}: ")
    assert repr(value) in said


def test_kafka_settings_alone_name_their_variable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAFKA_GROUP_PROTOCOL", "new")
    with pytest.raises(SystemExit):
        load_settings(KafkaSettings)
    assert "KAFKA_GROUP_PROTOCOL" in capsys.readouterr().err


class ListSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="LIST_", frozen=True)

    columns: tuple[str, ...] = ()


def test_a_value_that_is_no_json_where_json_is_wanted_ends_with_its_field(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIST_COLUMNS", "AMT_CREDIT")
    with pytest.raises(SystemExit) as ended:
        load_settings(ListSettings)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("LIST_")
    assert "columns" in said


def test_a_name_is_needed_where_kafka_asks_for_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", "sasl_ssl")
    with pytest.raises(SystemExit):
        load_settings(KafkaSettings)
    assert capsys.readouterr().err.startswith("KAFKA_SASL_USERNAME: ")


def test_clients_speak_plainly_by_default() -> None:
    assert KafkaSettings(bootstrap_servers="broker:9093").client_settings("scorer") == {
        "bootstrap.servers": "broker:9093",
        "client.id": "scorer",
        "security.protocol": "plaintext",
    }


def test_secrets_reach_the_clients_and_nothing_that_is_printed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = {
        "SECURITY_PROTOCOL": "sasl_ssl",
        "SASL_MECHANISM": "SCRAM-SHA-256",
        "SASL_USERNAME": "scorer",
        "SASL_PASSWORD": "opens-it",
        "SSL_CA_LOCATION": "/etc/ca.pem",
        "SSL_CERTIFICATE_LOCATION": "/etc/own.pem",
        "SSL_KEY_LOCATION": "/etc/own.key",
        "SSL_KEY_PASSWORD": "opens-this",
    }
    for name, value in told.items():
        monkeypatch.setenv(f"KAFKA_{name}", value)
    kafka = KafkaSettings()
    settings = kafka.client_settings("scorer")
    names = (name.lower().replace("_", ".") for name in told)
    assert [settings[name] for name in names] == list(told.values())
    assert "opens" not in repr(kafka)


def test_a_secret_may_lie_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("opens it \n")
    monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", "sasl_ssl")
    monkeypatch.setenv("KAFKA_SASL_USERNAME", "scorer")
    monkeypatch.setenv("KAFKA_SASL_PASSWORD_FILE", str(secret))
    kafka = load_settings(WorkerSettings).kafka
    assert kafka.client_settings("scorer")["sasl.password"] == "opens it "
    assert "opens" not in repr(kafka)


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "cannot be read"), (b"\n", "is empty"), (b"\xff", "cannot be read")],
    ids=["absent", "empty", "not text"],
)
def test_a_file_that_holds_no_secret_is_named(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    content: bytes | None,
    told: str,
) -> None:
    if content is not None:
        (tmp_path / "password").write_bytes(content)
    monkeypatch.setenv("KAFKA_SSL_KEY_PASSWORD_FILE", str(tmp_path / "password"))
    with pytest.raises(SystemExit) as ended:
        load_settings(WorkerSettings)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith(f"KAFKA_SSL_KEY_PASSWORD_FILE: {tmp_path / 'password'} {told}")


def test_a_secret_given_twice_is_refused_and_not_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "password").write_text("opens-it")
    monkeypatch.setenv("KAFKA_SASL_PASSWORD", "opens-this")
    monkeypatch.setenv("KAFKA_SASL_PASSWORD_FILE", str(tmp_path / "password"))
    with pytest.raises(SystemExit):
        load_settings(KafkaSettings)
    said = capsys.readouterr().err
    assert said.startswith("KAFKA_SASL_PASSWORD_FILE: KAFKA_SASL_PASSWORD is set as well")
    assert "opens" not in said
