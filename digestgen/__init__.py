"""digestgen: a folder of article files in, a themed static news digest out."""

__version__ = "0.1.0"
