"""Fingerprints: short, stable names for bytes and values.

A fingerprint is never called a digest here: that word is the name of what our users publish.
"""

from __future__ import annotations

import hashlib

#: Hexadecimal digits in the names of fingerprinted assets: 40 bits, as many as a human can compare by eye.
SHORT = 10


def of_bytes(data: bytes) -> str:
    """Return the SHA-256 fingerprint (FIPS 180-4) of `data` as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def short(data: bytes) -> str:
    """Return the first `SHORT` hexadecimal digits of the fingerprint of `data`, for file names."""
    return of_bytes(data)[:SHORT]
