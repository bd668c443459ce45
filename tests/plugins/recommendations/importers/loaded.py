"""What the readers bring into a child process."""

import importlib
import sys


def modules():
    importlib.import_module("plugins.recommendations.importers")
    return sorted(sys.modules)
