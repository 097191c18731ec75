"""How fast digestgen is, beside its peers: `python3 dev.py bench`."""
