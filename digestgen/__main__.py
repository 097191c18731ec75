"""The command `digestgen`, which is `python -m digestgen`, too."""

import os
import sys

from digestgen import __version__


def main() -> None:
    """Run the command line. What version this is, and what `--help` says, is told without loading it."""
    if _told(sys.argv[1:]):
        return
    from digestgen.cli import main as run

    run()


def _told(arguments: list[str]) -> bool:
    """Tell what needs no command line, if that is all that is asked for; return whether it was."""
    if arguments == ["--version"]:
        _say(f"digestgen {__version__}\n")
        return True
    if arguments[-1:] not in (["--help"], ["-h"]) or "_DIGESTGEN_COMPLETE" in os.environ:
        return False
    from digestgen import helps

    text = helps.told(arguments, _program())
    if text is None:
        return False
    _say(text)
    return True


def _say(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        # what could not be written must not be tried again when Python ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if not isinstance(error, BrokenPipeError):
            sys.stderr.write(f"error: {error.strerror}\n")
        raise SystemExit(1) from None


def _program() -> str:
    """Return what the user calls: the script's name, or what Python is told."""
    if getattr(sys.modules["__main__"], "__package__", None):
        return "python -m digestgen"
    return os.path.basename(sys.argv[0])


if __name__ == "__main__":
    # Python puts the folder that it is called in before all libraries: a yaml.py that lies in a site must not be run
    if sys.path and os.path.abspath(sys.path[0]) == os.getcwd() and not sys.flags.safe_path:
        del sys.path[0]
    main()
