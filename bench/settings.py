"""The product's settings with the bare page added."""

from pathlib import Path

from tequio.settings import *  # noqa: F403
from tequio.settings import TEMPLATES

ROOT_URLCONF = "bench.urls"
TEMPLATES[0]["DIRS"] = [str(Path(__file__).parent / "templates")]
