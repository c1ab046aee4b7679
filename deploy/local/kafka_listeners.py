"""Listeners of the local Kafka that ask who comes, to try a guarded cluster on."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.ports import LOOPBACK

_SCRAM = "SCRAM-SHA-512"
_STANDARD_AUTHORIZER = "org.apache.kafka.metadata.authorizer.StandardAuthorizer"
_SCRAM_MODULE = "org.apache.kafka.common.security.scram.ScramLoginModule required;"


@dataclass(frozen=True, slots=True)
class SecureListeners:
    """Two listeners beside the plain one; who comes by them may do what its ACLs allow, no more.

    The plain listener stays, on loopback, for the node itself and its operator: who comes by it
    may do everything.

    Attributes:
        scram_port: TLS, and a name with its password (SCRAM-SHA-512).
        mutual_port: TLS on both sides; the name is the common name of the certificate.
        identity: PEM file of the node's key (PKCS 8) and certificates.
        authorities: PEM file of those whose certificates are trusted.
        passwords: by name.
    """

    scram_port: int
    mutual_port: int
    identity: Path
    authorities: Path
    passwords: Mapping[str, str]

    @property
    def scram(self) -> str:
        """The address for clients with a password."""
        return f"{LOOPBACK}:{self.scram_port}"

    @property
    def mutual(self) -> str:
        """The address for clients with a certificate."""
        return f"{LOOPBACK}:{self.mutual_port}"

    def added_to(self, settings: Mapping[str, object]) -> dict[str, object]:
        """The settings of a plain node with these listeners and an authorizer besides."""
        return {
            **settings,
            "listeners": f"{settings['listeners']},SCRAM://{self.scram},MUTUAL://{self.mutual}",
            "listener.security.protocol.map": (
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SCRAM:SASL_SSL,MUTUAL:SSL"
            ),
            "inter.broker.listener.name": "PLAINTEXT",
            "sasl.enabled.mechanisms": _SCRAM,
            f"listener.name.scram.{_SCRAM.lower()}.sasl.jaas.config": _SCRAM_MODULE,
            "listener.name.mutual.ssl.client.auth": "required",
            "ssl.principal.mapping.rules": "RULE:^CN=([^,]+).*$/$1/",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": self.identity,
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": self.authorities,
            "authorizer.class.name": _STANDARD_AUTHORIZER,
            "super.users": "User:ANONYMOUS",  # whoever comes by the plain listener
        }

    def format_options(self) -> list[str]:
        """The words that give a new node its names and passwords."""
        return [
            word
            for name, password in self.passwords.items()
            for word in ("--add-scram", f"{_SCRAM}=[name={name},password={password}]")
        ]
