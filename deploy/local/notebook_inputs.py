"""What the notebooks in `notebooks/` read: a Kaggle folder, and the address of a running API."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from producer.__main__ import main as producer

_SYNTHETIC = Path("var/notebooks/data")
_APPLICANTS, _SEED = 6_000, 20_261


class NotebookSettings(BaseSettings):
    """Where the notebooks find their inputs."""

    model_config = SettingsConfigDict(frozen=True)

    data: Path | None = Field(
        None, validation_alias="CREDITSTREAM_DATA", description="a Kaggle folder"
    )
    api: str = Field(
        "http://localhost:8000",
        validation_alias="CREDITSTREAM_API",
        description="address of the query service",
    )


def data_folder(settings: NotebookSettings, synthetic: Path = _SYNTHETIC) -> Path:
    """The folder that the settings name; without one, a small synthetic folder, made once.

    Raises:
        RuntimeError: it could not be made; the producer has said why.
    """
    if settings.data is not None:
        return settings.data
    if not synthetic.exists():
        size = ("--applicants", str(_APPLICANTS), "--seed", str(_SEED))
        if producer(["synthesize", "--out", str(synthetic), *size]) != 0:
            raise RuntimeError(f"no synthetic applicants in {synthetic}")
    return synthetic
