"""deploy/compose.yaml as a project of its own: on free ports, with secrets of its own."""

import json
import os
import shutil
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.local.ports import free_port
from tests.deployment import DEPLOY, ROOT

_DOCKER, _MAKE = "docker", "make"
_PORTS = ("API", "KAFKA", "MLFLOW", "PROMETHEUS", "ALERTMANAGER", "GRAFANA")


def compose_problem() -> str | None:
    """Why Compose cannot be run; None if it can."""
    if shutil.which(_DOCKER) is None:
        return "no docker command"
    found = subprocess.run([_DOCKER, "compose", "version"], capture_output=True, check=False)
    return None if found.returncode == 0 else found.stderr.decode()


@dataclass(frozen=True)
class Stack:
    """A project of Compose that shares nothing with others but the images."""

    secrets: Path
    tag: str = "test"
    project: str = field(default_factory=lambda: f"creditstream-test-{uuid.uuid4().hex[:8]}")
    ports: Mapping[str, int] = field(default_factory=lambda: {one: free_port() for one in _PORTS})
    variables: Mapping[str, str] = field(default_factory=dict)

    def compose(self, *arguments: str, timeout: float = 300) -> "subprocess.CompletedProcess[str]":
        """Run `docker compose`; its exit code is the caller's business."""
        ports = {f"{name}_PORT": str(port) for name, port in self.ports.items()}
        ours = {
            "COMPOSE_PROJECT_NAME": self.project,
            "IMAGE_TAG": self.tag,
            "SECRETS": str(self.secrets),
        }
        return subprocess.run(
            [_DOCKER, "compose", "--file", str(DEPLOY / "compose.yaml"), *arguments],
            env={**os.environ, **ours, **ports, **self.variables},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def build(self) -> None:
        """Build every image."""
        subprocess.run([_MAKE, "images", f"IMAGE_TAG={self.tag}"], cwd=ROOT, check=True)

    def make_secrets(self) -> None:
        """Make them as people do."""
        subprocess.run([_MAKE, "secrets", f"SECRETS={self.secrets}"], cwd=ROOT, check=True)

    def down(self) -> "subprocess.CompletedProcess[str]":
        """Remove containers, networks and volumes, of every profile."""
        return self.compose("--profile", "*", "down", "--volumes")

    def states(self) -> dict[str, str]:
        """Services to `healthy`, `running`, `exited 0` and the like."""
        told = self.compose("ps", "--all", "--format", "json").stdout.splitlines()
        containers: list[dict[str, Any]] = [json.loads(line) for line in told]
        return {one["Service"]: _state(one) for one in containers}

    def left(self) -> list[str]:
        """Containers, volumes and networks of the project that there are."""
        label = f"label=com.docker.compose.project={self.project}"
        lists = (("ps", "--all"), ("volume", "ls"), ("network", "ls"))
        return [
            name
            for each in lists
            for name in subprocess.run(
                [_DOCKER, *each, "--filter", label, "--quiet"],
                capture_output=True,
                text=True,
                check=True,
            ).stdout.split()
        ]

    def run_image(
        self, image: str, *options: str, command: Sequence[str] = ()
    ) -> "subprocess.CompletedProcess[str]":
        """Run an image as compose does, where nothing can be written but `/tmp`."""
        hardened = ("--read-only", "--tmpfs=/tmp", "--cap-drop=ALL", "--network=none")
        name = f"creditstream/{image}:{self.tag}"
        return subprocess.run(
            [_DOCKER, "run", "--rm", *hardened, *options, name, *command],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


def _state(container: Mapping[str, Any]) -> str:
    if container["State"] == "exited":
        return f"exited {container['ExitCode']}"
    return str(container["Health"] or container["State"])
