"""Which applications of a source are published, and what is done to them on the way."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from contracts.application import LoanApplication
from producer.drift import SCENARIOS
from producer.errors import BadInputError
from producer.kaggle import identifier


@dataclass(frozen=True, slots=True)
class Selection:
    """The ids alone that `ids_file` lists, shuffled by a seed, without the first `skip`, cut.

    A file is in the order of its ids, and applications do not arrive in one; shuffling holds all
    that are listed in memory, about 5 KB each.
    """

    ids_file: Path | None = None
    shuffle: int | None = None
    skip: int = 0
    limit: int | None = None
    drift: str | None = None

    def of(self, applications: Iterable[LoanApplication]) -> Iterator[LoanApplication]:
        """The selected applications, drifted where a scenario is named.

        Raises:
            BadInputError: the file of ids cannot be read, or the source lacks an id it lists.
        """
        if self.ids_file is not None:
            applications = _listed(applications, self.ids_file)
        if self.shuffle is not None:
            applications = _shuffled(applications, self.shuffle)
        stop = None if self.limit is None else self.skip + self.limit
        chosen = islice(applications, self.skip, stop)
        return map(SCENARIOS[self.drift], chosen) if self.drift else chosen


def _shuffled(applications: Iterable[LoanApplication], seed: int) -> list[LoanApplication]:
    order = list(applications)
    random.Random(seed).shuffle(order)
    return order


def read_ids(path: Path) -> set[int]:
    """The ids of a file that has one in each line.

    Raises:
        BadInputError: no such file, or a line that is no id.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{path}: {error}") from error
    return {
        identifier(path, number, line.strip())
        for number, line in enumerate(lines, start=1)
        if line.strip()
    }


def _listed(applications: Iterable[LoanApplication], ids_file: Path) -> Iterator[LoanApplication]:
    wanted = read_ids(ids_file)
    for application in applications:
        if not wanted:
            return
        if application.SK_ID_CURR in wanted:
            wanted.remove(application.SK_ID_CURR)
            yield application
    if wanted:
        raise BadInputError(f"{ids_file}: {len(wanted)} ids are not in the data: {min(wanted)} ...")
