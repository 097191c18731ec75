"""The command `digestgen`, which is `python -m digestgen`, too."""

import os
import sys

from digestgen import __version__


def main() -> None:
    """Run the command line. What version this is, is told without loading it."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"digestgen {__version__}\n")
        return
    from digestgen.cli import main as run

    run()


if __name__ == "__main__":
    # Python puts the folder that it is called in before all libraries: a yaml.py that lies in a site must not be run
    if sys.path and os.path.abspath(sys.path[0]) == os.getcwd() and not sys.flags.safe_path:
        del sys.path[0]
    main()
