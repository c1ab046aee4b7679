"""`python -m producer`: where the data and the events of the stream come from."""

import sys

from producer.arguments import parse
from producer.commands import run_applications, run_histories, run_outcomes, run_synthesize
from producer.errors import BadInputError
from runtime.producer import DeliveryFailedError, RecordTooLargeError

_COMMANDS = {
    "synthesize": run_synthesize,
    "applications": run_applications,
    "histories": run_histories,
    "outcomes": run_outcomes,
}


def main(argv: list[str] | None = None) -> int:
    """Run a command.

    Returns:
        0 where it is done, 1 where Kafka did not take the records, 2 where an input or an option
        cannot be used, 130 where it was interrupted.
    """
    options = parse(argv)
    try:
        print(_COMMANDS[options.command](options))
    except (BadInputError, RecordTooLargeError) as error:
        return _failed(options.command, error, 2)
    except DeliveryFailedError as error:
        return _failed(options.command, error, 1)
    except KeyboardInterrupt:
        return 130
    return 0


def _failed(command: str, error: Exception, code: int) -> int:
    print(f"producer {command}: {error}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
