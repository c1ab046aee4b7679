import stat
from pathlib import Path

import numba
import pytest

from runtime.compiled_code import kept


class Function:
    """What numba makes of a function, as far as its code is kept."""

    def __init__(self) -> None:
        self.caching = False

    def enable_caching(self) -> None:
        self.caching = True


@pytest.fixture(autouse=True)
def _numbas_own_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")


def _compile(folder: Path, content: bytes = b"code") -> Function:
    """As numba does: the code is written inside, where there is none."""
    function = Function()
    with kept(folder, function):
        if function.caching and not (folder / "of.nbc").exists():
            (folder / "of.nbc").write_bytes(content)
    return function


def test_code_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "compiled"
    assert _compile(folder).caching
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    _compile(folder, b"other code")
    assert (folder / "of.nbc").read_bytes() == b"code"


@pytest.mark.parametrize("damage", [b"codE", b"", b"code and more"])
def test_damaged_code_is_thrown_away_and_made_again(
    tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "compiled"
    _compile(folder)
    (folder / "of.nbc").write_bytes(damage)
    _compile(folder)
    assert (folder / "of.nbc").read_bytes() == b"code"
    assert "not as they were written" in caplog.text


def test_code_of_a_process_that_was_cut_off_is_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "compiled"
    folder.mkdir(mode=0o700)
    (folder / "of.nbc").write_bytes(b"co")
    _compile(folder)
    assert (folder / "of.nbc").read_bytes() == b"code"


@pytest.mark.parametrize("lost", [b"", b"no JSON", b"[]"])
def test_without_its_digests_nothing_is_trusted(tmp_path: Path, lost: bytes) -> None:
    folder = tmp_path / "compiled"
    _compile(folder, b"old code")
    (folder / "digests.json").write_bytes(lost)
    _compile(folder)
    assert (folder / "of.nbc").read_bytes() == b"code"


def test_a_folder_that_others_can_write_to_is_not_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "compiled"
    folder.mkdir()
    folder.chmod(0o777)
    assert not _compile(folder).caching
    assert "can be written by others" in caplog.text


def test_a_folder_that_cannot_be_made_only_costs_the_compilation(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    assert not _compile(tmp_path / "file" / "compiled").caching
    assert "not kept" in caplog.text


def test_numbas_own_variable_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "given"))
    with kept(tmp_path / "other"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["given"]


def test_a_folder_that_vanishes_meanwhile_only_costs_the_compilation(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with kept(tmp_path / "compiled"):
        (tmp_path / "compiled").rmdir()
    assert "not kept" in caplog.text


@pytest.mark.parametrize("error", [RuntimeError("no locator"), OSError("no space left")])
def test_a_folder_that_numba_cannot_use_only_costs_the_compilation(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    class Refusing(Function):
        def enable_caching(self) -> None:
            raise error

    with kept(tmp_path / "compiled", Refusing()):
        pass
    assert f"not kept: {error}" in caplog.text


def test_an_error_inside_is_not_hidden(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="a bug"), kept(tmp_path / "compiled"):
        raise RuntimeError("a bug")
