import re
from pathlib import Path

import pytest

from deploy.configuration_table import BEGIN, END, main, table, updated

README = Path(__file__).parents[3] / "README.md"


def test_the_table_in_the_readme_is_current() -> None:
    main(["--check", "--readme", str(README)])


def test_every_variable_is_explained_once() -> None:
    rows = re.findall(r"^\| `([^`]+)` \|.*\| ([^|]*) \|$", table(), re.MULTILINE)
    variables = [name for name, _ in rows]
    assert len(set(variables)) == len(variables)
    assert all(meaning not in {"", "None"} for _, meaning in rows)


@pytest.mark.parametrize(
    "row",
    [
        "| `KAFKA_BOOTSTRAP_SERVERS` | `localhost:9092` |",
        "| `MODEL_ALIAS` | `champion` |",
        "| `*_DEAD_LETTER_LIMIT` | `100` |",
        "| `SCORER_HTTP_PORT` | `8001` |",
        "| `QUERY_API_DATABASE_URL` | `sqlite:///var/query_api/creditstream.db` |",
    ],
)
def test_settings_stand_under_the_name_that_is_read(row: str) -> None:
    assert row in table()


def test_a_stale_table_is_named_and_mended(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    with pytest.raises(SystemExit, match=r"README\.md: the table of settings is stale"):
        main(["--check", "--readme", str(readme)])
    main(["--readme", str(readme)])
    main(["--check", "--readme", str(readme)])
    assert readme.read_text().startswith("before\n")
    assert readme.read_text().endswith("after\n")


def test_a_readme_without_marks_is_an_error() -> None:
    with pytest.raises(ValueError, match="configuration: begin"):
        updated("no marks")
