"""What is wrong with the input of a training run, in words for the person who started it."""


class BadInputError(Exception):
    """The data or an option cannot be used; the message names the file, and the line or column."""
