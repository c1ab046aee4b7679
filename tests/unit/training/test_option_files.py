from collections.abc import Callable
from pathlib import Path

import pytest

from training.errors import BadInputError
from training.monotone import read_directions
from training.policy import read_policy
from training.reasons import read_catalogue

READERS = [
    (read_policy, "--policy"),
    (read_directions, "--monotone"),
    (read_catalogue, "--reasons"),
]


@pytest.mark.parametrize(("read", "option"), READERS)
def test_a_file_that_is_not_there_is_named_with_its_option(
    tmp_path: Path, read: Callable[[Path], object], option: str
) -> None:
    with pytest.raises(BadInputError, match=rf"gone\.toml: no such file; give {option} a file"):
        read(tmp_path / "gone.toml")


@pytest.mark.parametrize(("read", "option"), READERS)
def test_a_file_in_another_encoding_is_named(
    tmp_path: Path, read: Callable[[Path], object], option: str
) -> None:
    path = tmp_path / f"{option}.toml"
    path.write_bytes("# Grüße\n".encode("latin-1"))

    with pytest.raises(BadInputError, match=rf"{option}\.toml: not UTF-8"):
        read(path)
