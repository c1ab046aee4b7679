"""What a user of the command line did wrong."""


class BadInputError(ValueError):
    """An input that cannot be used; the message names the file or the option, and what is wrong."""
