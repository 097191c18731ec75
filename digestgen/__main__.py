"""`python -m digestgen` is `digestgen`."""

import os
import sys

# Python puts the folder that it is called in before all libraries: a yaml.py that lies in a site must not be run
if sys.path and os.path.abspath(sys.path[0]) == os.getcwd() and not sys.flags.safe_path:
    del sys.path[0]

from digestgen.cli import main

main()
