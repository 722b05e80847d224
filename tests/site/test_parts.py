"""The parts say what they show in words, not by colour alone."""

import re
from datetime import UTC, date, datetime

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template.backends.django import DjangoTemplates
from django.test import RequestFactory
from django.utils import translation


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def part(template, request=None, /, **context):
    """A part drawn without what the hub adds to every page."""
    engine = DjangoTemplates({"NAME": "bare", "DIRS": [], "APP_DIRS": True, "OPTIONS": {}})
    return engine.get_template(f"site/parts/{template}.html").render(context, request)


def words(html):
    """What a reader sees, with single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_promise_is_shown_with_what_became_of_it():
    html = part("promise_chip", days=10, kept=41, of=46)
    assert words(html) == "answers within 10 working days · kept 41 of 46"


def test_a_promise_of_one_day_is_singular_and_a_new_one_has_no_record():
    assert (
        words(part("promise_chip", days=1, kept=0, of=0)) == "answers within 1 working day · none due so far"
    )


def test_an_office_that_signed_nothing_is_listed_and_takes_no_clock():
    assert words(part("promise_chip", listed_only=True, days=10, kept=3, of=4)) == "listed, no promise yet"


def test_a_promise_never_shows_a_rate():
    assert "%" not in part("promise_chip", days=10, kept=9, of=10)


STEPS = [
    {"label": "Asked", "state": "done"},
    {
        "label": "At the desk",
        "state": "here",
        "office": "Secretary",
        "until": date(2026, 12, 2),
        "note": "Passed on",
    },
    {"label": "Arranged", "state": "next"},
]


def items(html):
    """What each entry of a list says."""
    return [words(item.partition(">")[2]) for item in html.split("<li")[1:]]


def test_the_strip_says_each_state_in_a_word():
    assert items(part("circuit_strip", steps=STEPS)) == [
        "Asked Done",
        "At the desk Here now Secretary until Dec. 2, 2026 Passed on",
        "Arranged Next",
    ]


def test_the_strip_tells_where_it_is_now_to_those_who_do_not_see_it():
    html = part("circuit_strip", steps=STEPS)
    assert html.count('aria-current="step"') == 1
    assert 'aria-label="Where it is"' in html
    assert 'aria-label="Ask 7"' in part("circuit_strip", steps=STEPS, name="Ask 7")


def test_a_strip_that_ended_says_so():
    assert items(part("circuit_strip", steps=[{"label": "At the desk", "state": "ended"}])) == [
        "At the desk Ended here"
    ]


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("kept", "Kept"),
        ("late", "Late"),
        ("soon", "Due soon"),
        ("progress", "In progress"),
        ("waiting", "Waiting for the asker"),
        ("listed", "Listed, no promise yet"),
        ("ended", "Ended"),
    ],
)
def test_a_state_has_a_word_and_a_shape(state, word):
    html = part("state", state=state)
    assert words(html) == word
    assert '<svg class="shape"' in html


def test_a_state_may_have_words_of_its_own_but_keeps_its_shape():
    assert words(part("state", state="late", label="Late by 3 days")) == "Late by 3 days"
    assert len({part("shape", shape=shape) for shape in ("kept", "late", "soon", "progress")}) == 4


def test_an_office_says_until_when_its_mandate_runs():
    line = part("office_line", office="Liaison for science", organisation="Embassy", until=date(2027, 3, 31))
    assert words(line) == "Liaison for science , Embassy · until March 31, 2027"
    assert (
        words(part("office_line", office="Secretary", vacant=True, until=date(2027, 3, 31)))
        == "Secretary · vacant"
    )


def test_an_hour_is_shown_in_both_places_with_its_day():
    html = part(
        "two_clocks",
        instant=datetime(2026, 11, 27, 2, 0, tzinfo=UTC),
        zone_a="America/Mexico_City",
        place_a="Oaxaca",
        zone_b="Europe/Madrid",
        place_b="Madrid",
    )
    assert words(html) == "Thu 26 Nov, 20:00 Oaxaca Fri 27 Nov, 03:00 Madrid"
    assert 'datetime="2026-11-26T20:00:00-06:00"' in html


def test_one_zone_makes_one_clock():
    html = part(
        "two_clocks", instant=datetime(2026, 11, 27, 2, 0, tzinfo=UTC), zone_a="UTC", place_a="Reykjavík"
    )
    assert words(html) == "Fri 27 Nov, 02:00 Reykjavík"


class Ask(forms.Form):
    name = forms.CharField(label="Your name")
    mail = forms.EmailField(label="Your address", help_text="The receipt comes here.")
    how = forms.ChoiceField(
        label="How", widget=forms.RadioSelect, choices=[("v", "By video"), ("p", "In person")]
    )
    day = forms.DateField(label="By when", required=False)
    agree = forms.BooleanField(label="The office may read this")


def test_every_control_has_its_label_and_its_help():
    html = part("field", field=Ask()["mail"])
    assert '<label for="id_mail">Your address</label>' in html
    assert 'id="id_mail_helptext"' in html and 'aria-describedby="id_mail_helptext"' in html


def test_an_error_is_tied_to_its_control():
    html = part("field", field=Ask({"mail": "ana@"})["mail"])
    assert 'aria-describedby="id_mail_helptext id_mail_error"' in html
    assert 'aria-invalid="true"' in html
    assert words(html.partition('id="id_mail_error">')[2]).startswith("Enter a valid email address")


def test_a_group_of_choices_has_a_legend_that_carries_its_error():
    html = part("field", field=Ask({})["how"])
    assert '<fieldset aria-describedby="id_how_error">' in html
    assert "<legend>How</legend>" in html


def test_only_the_optional_is_marked():
    assert words(part("field", field=Ask()["day"])) == "By when (optional)"
    assert words(part("field", field=Ask()["name"])) == "Your name"
    assert words(part("field", field=Ask()["agree"])) == "The office may read this"


def test_the_summary_of_errors_leads_to_each_control():
    html = part("form_errors", form=Ask({"name": "Ana", "mail": "ana@", "how": "v", "agree": "on"}))
    assert re.findall(r'href="(#[a-z_0-9]+)"', html) == ["#id_mail"]
    assert 'role="alert"' in html
    assert words(part("form_errors", form=Ask())) == ""


def test_a_whole_form_carries_its_hidden_values():
    html = part("form", form=Ask(), button="Send my ask", hidden={"key": '"7"'}, csrf_token="token")
    assert '<input type="hidden" name="key" value="&quot;7&quot;">' in html
    assert 'name="csrfmiddlewaretoken" value="token"' in html
    assert "Send my ask" in html


def test_a_dangerous_act_tells_what_follows_before_its_button():
    html = part(
        "confirm",
        summary="Withdraw my ask",
        consequences=["The office stops seeing it."],
        action="/follow/withdraw/",
        button="Withdraw it",
        danger=True,
        csrf_token="token",
    )
    assert words(html) == "Withdraw my ask The office stops seeing it. Withdraw it"
    assert '<form method="post" action="/follow/withdraw/">' in html
    assert 'class="danger"' in html


def test_the_pager_keeps_the_filters():
    request = RequestFactory().get("/organisations/", {"kind": "chapter", "page": "2"})
    html = part("pager", request, page=Paginator(range(60), 25).page(2))
    assert "26 to 50 of 60" in words(html)
    assert re.findall(r'href="([^"]+)"', html) == ["?kind=chapter&amp;page=1", "?kind=chapter&amp;page=3"]


def test_one_page_needs_no_pager():
    request = RequestFactory().get("/organisations/")
    assert words(part("pager", request, page=Paginator(range(5), 25).page(1))) == ""


def test_filters_work_without_javascript_and_are_quicker_with_it():
    request = RequestFactory().get("/organisations/", {"name": "UNAM"})
    plain = part("filters", form=Ask(), request=request)
    quick = part("filters", form=Ask(), request=request, target="results")
    assert 'method="get"' in plain and 'action="/organisations/"' in plain and "hx-" not in plain
    assert 'hx-target="#results"' in quick and 'hx-push-url="true"' in quick
    assert "Clear" in plain


def test_a_figure_is_part_of_a_whole_and_its_bar_is_never_alone():
    html = part("stat", label="answered in time", part=1041, of=1046)
    assert words(html) == "1041 of 1046 answered in time"
    assert 'viewBox="0 0 1046 1"' in html and 'width="1041"' in html
    assert "<svg" not in part("stat", label="asked", part=0, of=0)
    assert words(part("stat", label="talks that took place", part=27)) == "27 talks that took place"


def test_facts_without_a_value_are_left_out():
    facts = [{"label": "Kind", "value": "Chapter"}, {"label": "Website", "value": ""}]
    assert words(part("facts", facts=facts)) == "Kind Chapter"


def test_a_timeline_shows_notes_escaped():
    event = {
        "when": datetime(2026, 11, 12, 16, 0, tzinfo=UTC),
        "text": "Passed on",
        "note": "<b>three</b>\nof them",
    }
    html = part("timeline", events=[event, event])
    assert "&lt;b&gt;three&lt;/b&gt;<br>of them" in html
    assert html.count('class="latest"') == 1


def test_a_card_leads_where_its_title_does():
    html = part(
        "card",
        title="A talk for my school",
        url="/ask/talk/",
        meta="Answered within 10 working days",
        level=2,
    )
    assert '<h2><a href="/ask/talk/">A talk for my school</a></h2>' in html
    assert "<h3>No link</h3>" in part("card", title="No link")


def test_an_empty_list_says_how_to_start_it():
    assert words(part("empty", title="No asks yet", text="They stand here.", url="/x/", link="Sign")) == (
        "No asks yet They stand here. Sign"
    )
    assert "<a" not in part("empty", title="No asks yet", text="They stand here.")


def test_a_reason_is_announced_as_one():
    assert words(part("why", reason="Its promise is the shortest.")) == "Why: Its promise is the shortest."
