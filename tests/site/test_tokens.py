"""The colours hold their contrast in every scheme, and nothing asks for more than the policy gives."""

import gzip
import re
from pathlib import Path

import pytest

SITE = Path(__file__).resolve().parents[2] / "tequio" / "site"
STATIC = SITE / "static" / "site"
TOKENS = (STATIC / "tokens.css").read_text()
COMPONENTS = (STATIC / "tequio.css").read_text()

TEXT = [
    (text, ground)
    for text in ("ink", "soft", "anil", "agave", "grana", "cempa")
    for ground in ("paper", "surface", "sunken")
]
WASHED = [(dye, f"{dye}-wash") for dye in ("anil", "agave", "grana", "cempa")]
WASHED += [(text, f"{dye}-wash") for text in ("ink", "soft") for dye in ("anil", "agave", "grana", "cempa")]
FILLED = [("on-anil", "anil"), ("on-anil", "anil-deep"), ("on-grana", "grana"), ("on-cempa", "cempa-fill")]
EDGES = [("control", "paper"), ("control", "surface"), ("focus", "paper"), ("focus", "surface")]


def block(start):
    """The declarations of the first :root after `start`, colours only."""
    body = TOKENS[TOKENS.index(start) :]
    body = body[body.index(":root {") : body.index("}")]
    return dict(re.findall(r"--([a-z-]+): (#[0-9A-F]{6});", body))


LIGHT = block(":root {")
SCHEMES = {
    "light": LIGHT,
    "dark": {**LIGHT, **block("@media screen and (prefers-color-scheme: dark)")},
    "print": {**LIGHT, **block("@media print")},
}


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """The ratio of WCAG 2.2, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_of_contrast_is_the_published_one():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("text", "ground"), TEXT + WASHED + FILLED)
def test_text_is_readable(scheme, text, ground):
    colours = SCHEMES[scheme]
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_of_controls_are_seen(scheme, edge, ground):
    colours = {"focus": SCHEMES[scheme]["anil"], **SCHEMES[scheme]}
    assert contrast(colours[edge], colours[ground]) >= 3


def test_every_token_that_a_component_names_exists():
    known = set(re.findall(r"--([a-z0-9-]+):", TOKENS + COMPONENTS))
    assert set(re.findall(r"var\(--([a-z0-9-]+)", TOKENS + COMPONENTS)) <= known


def test_colours_are_named_in_the_tokens_only():
    assert re.findall(r"#[0-9A-Fa-f]{3,8}\b(?![^{]*\{)", COMPONENTS) == []


def test_every_picture_of_the_base_is_replaced():
    base = (STATIC / "vendor" / "pico.min.css").read_text()
    pictures = set(re.findall(r"(--pico-icon-[a-z]+):url\(", base))
    assert pictures == set(re.findall(r"(--pico-icon-[a-z]+): none;", TOKENS))


def test_the_base_keeps_its_licence():
    assert "Licensed under MIT" in (STATIC / "vendor" / "pico.min.css").read_text()[:200]
    assert "MIT License" in (STATIC / "vendor" / "pico.LICENSE.md").read_text()


def test_the_styles_are_light():
    styles = [*STATIC.glob("*.css"), *STATIC.glob("vendor/*.css")]
    assert sum(len(gzip.compress(file.read_bytes())) for file in styles) < 24_000


def templates():
    apps = SITE.parent
    return [file for file in sorted(apps.glob("*/templates/**/*.html")) if file.name != "mail.html"]


@pytest.mark.parametrize("file", templates(), ids=lambda file: file.relative_to(SITE.parent).as_posix())
def test_no_template_carries_style_or_script_of_its_own(file):
    text = file.read_text()
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=\"|<script(?! src)|javascript:", text) == []


@pytest.mark.parametrize("file", sorted((SITE / "templates/site/parts").glob("*.html")), ids=lambda f: f.name)
def test_every_part_names_its_arguments_on_its_first_line(file):
    first = file.read_text().splitlines()[0]
    assert first.startswith("{# ") and first.endswith(" #}")
