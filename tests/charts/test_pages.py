"""What a reader gets: a picture with words beside it, or a sentence; and the web draws nothing."""

import re
import subprocess
import sys
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils import translation

from tequio.charts import actions, queries
from tequio.charts.models import Drawing
from tests.charts.data import bars, wanted, work
from tests.conftest import Clock

pytestmark = pytest.mark.django_db
NOISE = re.compile(
    r'nonce="[^"]+"|'
    r'value="\w{64}"|"X-CSRFToken": ?"\w+"'
)
WEB = """
import sys
import django
django.setup()
import tequio.wsgi
from django.test import Client
from tequio.charts.templatetags import charts
client = Client(SERVER_NAME="localhost")
answers = [client.get(address).status_code for address in ("/", "/map/", sys.argv[1], "/charts/none.svg")]
heavy = {"altair", "vl_convert"}
print(answers, sorted(heavy & set(sys.modules)))
from tequio.charts import figures
print(sorted(heavy & set(sys.modules)))
"""


@pytest.fixture
def drawn(clock: Clock) -> Drawing:
    actions.want([wanted(alt='Tres de cuatro, "según" <b>')])
    work()
    return Drawing.objects.get()


def render(found: dict[str, Drawing], key: str) -> str:
    whole = Template("{% load charts %}{% chart found key %}").render(Context({"found": found, "key": key}))
    return re.sub(r"\s*\n\s*", "", whole)


def test_a_picture_is_served_for_ever(client: Client, drawn: Drawing) -> None:
    answer = client.get(f"/charts/{drawn.sha}.svg")
    assert (answer.status_code, answer.content.decode()) == (200, drawn.svg)
    assert answer["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_picture_has_one_address_in_every_language(client: Client, drawn: Drawing) -> None:
    assert client.get(f"/en/charts/{drawn.sha}.svg").status_code == 404
    with translation.override("en"):
        assert f'src="/charts/{drawn.sha}.svg"' in render({"a": drawn}, "a")


def test_a_picture_costs_one_query(client: Client, drawn: Drawing, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        client.get(f"/charts/{drawn.sha}.svg")


@pytest.mark.parametrize("sha", ["0" * 64, "x", "-"])
def test_a_picture_that_there_is_not_is_a_page_that_there_is_not(client: Client, sha: str) -> None:
    def page(address: str) -> tuple[int, str]:
        answer = client.get(address)
        return answer.status_code, NOISE.sub("", answer.content.decode()).replace(address, "")

    assert page(f"/charts/{sha}.svg") == page("/no-such-page")
    assert page(f"/charts/{sha}.svg")[0] == 404


def test_what_is_not_drawn_yet_has_no_address(client: Client, clock: Clock) -> None:
    actions.want([wanted()])
    assert client.get(f"/charts/{Drawing.objects.get().sha}.svg").status_code == 404
    assert client.get("/charts/.svg").status_code == 404


def test_a_picture_is_only_read(client: Client, drawn: Drawing) -> None:
    address = f"/charts/{drawn.sha}.svg"
    assert (client.head(address).status_code, client.post(address).status_code) == (200, 405)


def test_the_same_numbers_under_two_keys_are_one_picture(client: Client, clock: Clock) -> None:
    actions.want([wanted("a"), wanted("b")])
    work()
    (sha,) = set(Drawing.objects.values_list("shown", flat=True))
    assert client.get(f"/charts/{sha}.svg").status_code == 200
    actions.drop(["a"])
    assert client.get(f"/charts/{sha}.svg").status_code == 200
    actions.drop(["b"])
    assert client.get(f"/charts/{sha}.svg").status_code == 404


def test_a_page_finds_its_drawings_in_the_reader_s_language_with_one_query(
    clock: Clock, django_assert_num_queries: Any
) -> None:
    texts = [(key, language) for key in ("a", "b", "c") for language in ("es", "en")]
    actions.want(wanted(key, language, alt=f"{key} {language}") for key, language in texts)
    work()
    actions.want([wanted("d", "en")])
    with translation.override("en"), django_assert_num_queries(1):
        found = queries.drawings(["a", "c", "d", "none"])
        assert [render(found, key).count("<img") for key in ("a", "c", "d", "none")] == [1, 1, 0, 0]
        assert {key: each.alt for key, each in found.items()} == {"a": "a en", "c": "c en"}
    assert queries.drawings(["a"], "es")["a"].alt == "a es"


def test_a_drawing_is_a_picture_with_words_and_its_own_size(drawn: Drawing) -> None:
    with translation.override("en"):
        assert render({"a": drawn}, "a") == (
            f'<figure class="chart"><img src="/charts/{drawn.sha}.svg"'
            ' alt="Tres de cuatro, &quot;según&quot; &lt;b&gt;"'
            f' width="600" height="{drawn.height}" loading="lazy">'
            f'<figcaption class="no-print"><a href="/charts/{drawn.sha}.svg">The drawing alone</a>'
            "</figcaption></figure>"
        )


def test_a_drawing_that_is_not_there_yet_is_a_sentence() -> None:
    with translation.override("en"):
        assert render({}, "a") == (
            '<p class="chart">The drawing comes when the hub next draws its figures.'
            " The table has the same numbers.</p>"
        )


def test_the_picture_says_what_its_page_says_of_it(drawn: Drawing) -> None:
    assert '<title>Tres de cuatro, "según" &lt;b&gt;</title>' in drawn.svg
    assert bars()["title"].split()[0] in drawn.svg


@pytest.mark.django_db(transaction=True)
def test_the_web_never_loads_what_draws(drawn: Drawing, child_environment: dict[str, str]) -> None:
    command = [sys.executable, "-c", WEB, f"/charts/{drawn.sha}.svg"]
    said = subprocess.run(command, env=child_environment, check=True, capture_output=True, text=True)
    assert said.stdout.splitlines() == ["[200, 200, 200, 404] []", "['altair', 'vl_convert']"]
