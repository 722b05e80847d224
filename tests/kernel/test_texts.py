"""Texts in several languages, and text as it is searched."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from tequio.kernel.templatetags.texts import listed, text
from tequio.kernel.texts import fold, pick


@pytest.mark.parametrize(
    ("language", "texts", "shown"),
    [
        ("es", {"es": "Alemania", "en": "Germany"}, "Alemania"),
        ("en", {"es": "Alemania", "en": "Germany"}, "Germany"),
        ("en-gb", {"es": "Alemania", "en": "Germany"}, "Germany"),
        ("fr", {"es": "Alemania", "en": "Germany"}, "Alemania"),
        ("en", {"es": "Alemania"}, "Alemania"),
        ("es", {"en": "Germany"}, "Germany"),
        ("es", {}, ""),
    ],
)
def test_a_text_is_shown_in_the_readers_language_or_the_nearest(
    language: str, texts: dict[str, str], shown: str
) -> None:
    with translation.override(language):
        assert pick(texts) == shown
        assert text(texts) == shown


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Organización", "organizacion"),
        ("  UNIVERSIDAD   de\tMéxico ", "universidad de mexico"),
        ("Ñandú", "nandu"),
        ("Straße", "strasse"),
        ("İzmir", "izmir"),
        ("", ""),
    ],
)
def test_accents_case_and_spaces_do_not_matter(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text())
def test_folding_twice_changes_nothing(written: str) -> None:
    assert fold(fold(written)) == fold(written)


@pytest.mark.parametrize(
    ("groups", "shown"),
    [
        ([["Suiza", "Óman", "España"], ["Yucatán", "Ávila"]], "España · Óman · Suiza · Ávila · Yucatán"),
        ([[], ["Oaxaca"]], "Oaxaca"),
        ([[], []], ""),
    ],
)
def test_names_are_listed_group_after_group_each_in_its_order(groups: list[list[str]], shown: str) -> None:
    assert listed(*groups) == shown
