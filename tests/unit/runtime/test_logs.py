import json
import subprocess
import sys

PROGRAM = """
from runtime.logs import configure_logging, context
import logging
configure_logging("scorer", "INFO")
logging.getLogger("scorer").info("scored", extra=context(7, "4bf92f"))
raise OSError("the disk is full")
"""


def test_logs_are_json_lines_with_the_ids_and_so_is_what_ends_the_process() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, check=False)
    assert ended.returncode == 1
    scored, fatal = (json.loads(line) for line in ended.stderr.decode().splitlines())
    assert (scored["service"], scored["level"], scored["message"]) == ("scorer", "INFO", "scored")
    assert (scored["application_id"], scored["trace_id"]) == (7, "4bf92f")
    assert (fatal["level"], fatal["message"]) == ("CRITICAL", "the disk is full")
    assert "OSError: the disk is full" in fatal["exc_info"]
