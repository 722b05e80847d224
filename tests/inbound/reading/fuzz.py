"""Mails that libFuzzer makes out of the corpus, guided by what of the reader they reach. Ends at the first exception.

python -m tests.inbound.reading.fuzz [-runs=N] [-max_len=N] [FOLDER …]     the options of libFuzzer
"""

import sys
import time

import atheris

with atheris.instrument_imports(include=["tequio.inbound", "email"]):
    from tests.inbound.reading.test_any import check

SECONDS = 5


def one(raw: bytes) -> None:
    """Reads a mail; besides an exception, one that takes seconds is a fault too."""
    began = time.process_time()
    check(raw)
    assert time.process_time() - began < SECONDS


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
