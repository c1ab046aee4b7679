"""Writes the card of a registered version anew: its number and who put it into force."""

from pathlib import Path
from tempfile import TemporaryDirectory

from mlflow import MlflowClient

from runtime.settings import MlflowSettings
from training.card.record import read_card_record
from training.card.render import CARD_HTML, CARD_MARKDOWN, write_card
from training.promotion import Promotions
from training.versions import Versions


def update_card(settings: MlflowSettings, version: str) -> None:
    """Render the card from the run's record and the log of promotions; no card, no update.

    Raises:
        IncompatibleBundleError: the record was written by another version of this code.
        MlflowException: the registry is away.
    """
    versions = Versions(settings)
    if not versions.has_run(version):
        return
    moves = [
        move for move in Promotions(settings).moves() if version in {move.version, move.previous}
    ]
    with versions.artifact(version, "") as folder, TemporaryDirectory() as name:
        if not (folder / CARD_HTML).is_file():
            return
        out = Path(name)
        write_card(out, read_card_record(folder, settings.model_name, version, moves))
        client = MlflowClient(tracking_uri=settings.tracking_uri)
        run_id = versions.run_id(version)
        for file in (CARD_HTML, CARD_MARKDOWN):
            client.log_artifact(run_id, str(out / file))
