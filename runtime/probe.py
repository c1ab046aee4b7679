"""The health check of an image: exit 0 where the service on this port says that it is ready."""

import http.client
import sys

_SECONDS = 4.0
_OK = 200


def main(port: str, path: str = "/readyz") -> int:
    """Ask once; whatever is no 200 in time is said and exits 1."""
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=_SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        said = answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        answer, said = None, f"no answer on port {port}: {error}"
    finally:
        connection.close()
    sys.stdout.write(f"{said}\n")
    return int(answer is None or answer.status != _OK)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
