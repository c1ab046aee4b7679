from pathlib import Path

from producer.selection import Selection
from tests.builders import some_applications


def test_shuffling_keeps_every_application_and_the_seed_the_order(tmp_path: Path) -> None:
    source = some_applications(50)
    listed = tmp_path / "ids.txt"
    listed.write_text("".join(f"{one.SK_ID_CURR}\n" for one in source[::2]))
    once, again = (list(Selection(listed, shuffle=3).of(source)) for _ in range(2))
    assert once == again
    assert once != source[::2]
    assert sorted(once, key=lambda one: one.SK_ID_CURR) == source[::2]


def test_the_first_are_left_out_after_shuffling() -> None:
    source = some_applications(20)
    whole = list(Selection(shuffle=3).of(source))
    assert list(Selection(shuffle=3, skip=5, limit=7).of(source)) == whole[5:12]
