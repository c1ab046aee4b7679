"""Where results and pages go: the full form's into the repository, the quick form's beside it."""

import os
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_QUICK = _ROOT / "var" / "bench" / "quick"


@dataclass(frozen=True, slots=True)
class Places:
    """Two folders: of the results, and of the pages that are written from them."""

    results: Path
    pages: Path

    def link(self, name: str = "") -> str:
        """A link in Markdown, from a page to the results or to one file of them."""
        target = self.results / name
        shown = target.relative_to(_ROOT) if target.is_relative_to(_ROOT) else target
        return f"[`{shown.as_posix()}`]({Path(os.path.relpath(target, self.pages)).as_posix()})"


def places(*, quick: bool) -> Places:
    """The places of a form; a quick run leaves what a full one has found as it is."""
    if quick:
        return Places(_QUICK / "results", _QUICK)
    return Places(_ROOT / "bench" / "results", _ROOT / "docs")
