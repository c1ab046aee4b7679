from pathlib import Path

from deploy.local.kafka_listeners import SecureListeners
from deploy.local.kafka_settings import broker_settings

PLAIN = broker_settings(port=1111, controller_port=2222, data=Path("/data"))
SECURE = SecureListeners(
    scram_port=3333,
    mutual_port=4444,
    identity=Path("/node.pem"),
    authorities=Path("/authorities.pem"),
    passwords={"scorer": "opens", "explainer": "opens too"},
)


def test_the_plain_listener_stays_and_two_that_ask_come_beside_it() -> None:
    settings = SECURE.added_to(PLAIN)

    assert settings["listeners"] == (
        "PLAINTEXT://127.0.0.1:1111,CONTROLLER://127.0.0.1:2222,"
        "SCRAM://127.0.0.1:3333,MUTUAL://127.0.0.1:4444"
    )
    assert PLAIN.items() - settings.items() == {("listeners", PLAIN["listeners"])}


def test_whoever_comes_by_them_needs_a_grant() -> None:
    settings = SECURE.added_to(PLAIN)

    assert "allow.everyone.if.no.acl.found" not in settings  # false by default
    assert settings["super.users"] == "User:ANONYMOUS"
    assert settings["listener.name.mutual.ssl.client.auth"] == "required"


def test_names_and_passwords_are_given_to_a_new_node() -> None:
    assert SECURE.format_options() == [
        "--add-scram",
        "SCRAM-SHA-512=[name=scorer,password=opens]",
        "--add-scram",
        "SCRAM-SHA-512=[name=explainer,password=opens too]",
    ]
