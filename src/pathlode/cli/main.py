"""The entry point: one sentence on standard error for each fault, and an exit code.

0: done. 1: a fault in the data or in a file. 2: a fault in the command's options. 130: interrupted.
"""

import sys
from collections.abc import Sequence

from pathlode.errors import ConfigError, PathlodeError

DONE, FAULT, USAGE, INTERRUPTED = 0, 1, 2, 130
"""Exit codes."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command.

    Args:
        arguments: of the command line; by default those of this process.

    Returns:
        The exit code.
    """
    try:
        import click

        from pathlode.cli.commands import pathlode
    except ModuleNotFoundError as error:
        return _tell(f"{error.name} is not installed: pip install 'pathlode[cli]'", FAULT)
    try:
        code = pathlode.main(arguments, prog_name="pathlode", standalone_mode=False)
        return code if isinstance(code, int) else DONE
    except click.ClickException as error:
        error.show()
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        return _tell("interrupted; the same command continues a fit from where it was", INTERRUPTED)
    except PathlodeError as error:
        from pathlode.cli.wording import for_the_shell

        return _tell(for_the_shell(str(error)), USAGE if isinstance(error, ConfigError) else FAULT)
    except ImportError as error:  # of a library that reads or draws
        return _tell(f"{str(error).splitlines()[0]}: pip install 'pathlode[cli]'", FAULT)
    except OSError as error:
        return _tell(f"{error.filename}: {error.strerror}" if error.filename else str(error), FAULT)


def _tell(sentence: str, code: int) -> int:
    print(f"pathlode: {sentence}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
