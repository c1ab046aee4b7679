import http.server
import threading
from collections.abc import Iterator

import pytest

from runtime.probe import main


class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/readyz" else 503)
        self.end_headers()
        self.wfile.write(b"because")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), Ready) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield str(server.server_address[1])
        server.shutdown()


def test_a_service_that_is_ready_is_healthy(port: str) -> None:
    assert main(port) == 0


def test_one_that_is_not_says_why(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(port, "/other") == 1
    assert "because" in capsys.readouterr().out


def test_silence_is_not_healthy(free_port: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(str(free_port)) == 1
    assert f"no answer on port {free_port}" in capsys.readouterr().out
