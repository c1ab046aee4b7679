"""Secrets from files: for every secret, `<VARIABLE>_FILE` may name the file that holds it."""

from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import EnvSettingsSource


class SecretFileError(ValueError):
    """A file that is to hold a secret cannot be used; the message names its variable."""


class SecretFiles(EnvSettingsSource):
    """Reads the files that the environment names, as container platforms mount secrets.

    A line end behind the secret is not part of it.
    """

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The secret of one field, None where no file is named.

        Raises:
            SecretFileError: the file cannot be read or is empty, or the secret is given twice.
        """
        variable = f"{self.env_prefix}{field_name}".upper()
        file = self.env_vars.get(f"{variable}_FILE".lower())
        if field.annotation is not SecretStr or file is None:
            return None, field_name, False
        if self.env_vars.get(variable.lower()):
            raise SecretFileError(f"{variable}_FILE: {variable} is set as well, only one may be")
        return _content(f"{variable}_FILE", Path(file)), field_name, False


def _content(variable: str, file: Path) -> str:
    try:
        secret = file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SecretFileError(f"{variable}: {file} cannot be read: {error}") from error
    if not secret:
        raise SecretFileError(f"{variable}: {file} is empty")
    return secret
