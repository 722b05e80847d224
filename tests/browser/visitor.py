"""Somebody at a browser: goes, reads, fills in, presses. Every page on the way is looked at by `look`."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.utils import translation
from django.utils.translation import gettext, ngettext
from playwright.sync_api import BrowserContext, Locator, Page, Request, expect

from tests.browser.hub import Hub

PAGE_FACTS = """() => ({
    titles: document.querySelectorAll('title').length && document.title.trim(),
    headings: document.querySelectorAll('h1').length,
    language: document.documentElement.lang,
    wide: document.scrollingElement.scrollWidth - window.innerWidth,
    shape: [...new Set([...document.querySelectorAll('body *')].map(e => e.tagName + [...e.attributes].map(
        a => /^(class|id|for|role|type|name)$/.test(a.name) ? `${a.name}=${a.value}` : a.name)))].join(),
    wider: [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
        .slice(0, 3).map(e => e.outerHTML.slice(0, 120)),
})"""


@dataclass(frozen=True)
class Way:
    """How a journey is made: with or without JavaScript, on a phone or a desk, in which language."""

    javascript: bool
    width: int
    language: str

    def __str__(self) -> str:
        return f"{'js' if self.javascript else 'plain'}-{self.width}-{self.language}"


examined: set[tuple[str, int]] = (
    set()
)  # pages made of the same elements, at the same width, are examined once
# Of journeys that cross pages which others cross too, in either half of the ways.
# Of walks over many pages that only look: axe needs scripts, and journeys go without.
SEEN = [Way(True, 320, "es"), Way(True, 1280, "en")]
PHONE = [Way(True, 320, "es"), Way(False, 320, "en")]
MIXED = [Way(True, 1280, "en"), Way(False, 320, "es")]
WAYS = [Way(True, 320, "es"), Way(True, 1280, "en"), Way(False, 320, "en"), Way(False, 1280, "es")]


@dataclass
class Trouble:
    """What went wrong behind the pages, as the browser told it."""

    console: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def hear(self, context: BrowserContext, base: str) -> None:
        context.on(
            "console", lambda said: said.type in ("error", "warning") and self.console.append(said.text)
        )
        context.on("weberror", lambda error: self.console.append(str(error.error)))
        context.on("requestfailed", self._fail)
        context.on(
            "response", lambda got: got.status >= 400 and self.failed.append(f"{got.status} {got.url}")
        )
        context.on("request", lambda asked: self._strange(asked.url, base))

    def _fail(self, asked: Request) -> None:
        """A request that the browser gave up because its page was left has not failed."""
        if asked.failure != "net::ERR_ABORTED":
            self.failed.append(f"{asked.failure} {asked.url}")

    def _strange(self, url: str, base: str) -> None:
        if not url.startswith((base, "data:")):
            self.strangers.append(url)


class Visitor:
    """One person with one browser profile; words are given in English and looked for in the way's language."""

    def __init__(self, context: BrowserContext, hub: Hub, way: Way) -> None:
        self.context, self.hub, self.way, self.trouble = context, hub, way, Trouble()
        self.trouble.hear(context, hub.base)
        self.page: Page = context.new_page()

    def say(self, words: str, **values: object) -> str:
        """A sentence of the hub in the language of the way."""
        with translation.override(self.way.language):
            return gettext(words) % values if values else gettext(words)

    def say_many(self, one: str, many: str, n: int) -> str:
        with translation.override(self.way.language):
            return ngettext(one, many, n) % {"n": n}

    @property
    def prefix(self) -> str:
        """What addresses begin with in the way's language."""
        return "" if self.way.language == "es" else f"/{self.way.language}"

    def go(self, name: str, *args: object, query: str = "") -> None:
        """Opens a page by its name; `query` with its question mark."""
        self.open(self.hub.path(name, *args, language=self.way.language) + query)

    def open(self, path: str) -> None:
        self.page.goto(self.hub.base + path)
        self.look()

    def loads(self, path: str) -> str:
        """The kind of what is saved from an address, with the cookies of this visitor."""
        answer = self.context.request.get(self.hub.base + path)
        assert answer.status == 200, f"{answer.status} {path}"
        return answer.headers["content-type"]

    def finds_nothing(self, path: str) -> None:
        """Opens a page that is not there: a whole page says so, with status 404."""
        answer = self.page.goto(self.hub.base + path)
        assert answer is not None
        assert answer.status == 404, f"{answer.status} {path}"
        self.trouble.failed = [each for each in self.trouble.failed if not each.startswith("404 ")]
        self.trouble.console = [each for each in self.trouble.console if "404" not in each]
        self.look()

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    def button(self, words: str, within: Locator | None = None) -> Locator:
        return (within or self.main).get_by_role("button", name=self.say(words), exact=True)

    def link(self, words: str, within: Locator | None = None) -> Locator:
        return (within or self.main).get_by_role("link", name=self.say(words), exact=True)

    def press(self, words: str, within: Locator | None = None) -> None:
        """Presses the button with these words, and looks at the page that comes."""
        self.click(self.button(words, within))

    def press_of(self, one: str, many: str, n: int) -> None:
        """Presses the button whose words count."""
        self.click(self.main.get_by_role("button", name=self.say_many(one, many, n), exact=True))

    def follow(self, words: str, within: Locator | None = None) -> None:
        self.click(self.link(words, within))

    def click(self, what: str | Locator) -> None:
        """Clicks what leads to another page, and looks at it."""
        with self.page.expect_navigation():
            (self.main.locator(what) if isinstance(what, str) else what).first.click()
        self.look()

    def unfold(self, words: str) -> None:
        """Opens the details with this summary, when they are closed."""
        details = self.main.locator(
            "details", has=self.page.locator("summary", has_text=self.say(words))
        ).first
        if details.get_attribute("open") is None:
            details.locator("summary").first.click()

    def fill(self, **values: str) -> None:
        """Fills in inputs and areas by name."""
        for name, value in values.items():
            self.field(name).fill(value)

    def choose(self, **values: str) -> None:
        """Chooses in selects by name and value."""
        for name, value in values.items():
            self.field(name).select_option(value)

    def tick(self, name: str, value: str) -> None:
        self.main.locator(f'input[name="{name}"][value="{value}"]').check()

    def field(self, name: str) -> Locator:
        return self.main.locator(
            f'input[name="{name}"]:not([type=hidden]), textarea[name="{name}"], select[name="{name}"]'
        )

    def reads(self, *sentences: str) -> None:
        """The page says each of these, in the way's language; spaces and line breaks are one."""
        shown = " ".join(self.main.inner_text().split())
        for sentence in sentences:
            assert " ".join(self.say(sentence).split()) in shown, f"{sentence!r} is not in: {shown[:3000]}"

    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    def settle(self) -> None:
        """Lets what htmx has asked for arrive."""
        expect(self.page.locator(".htmx-request")).to_have_count(0)

    def look(self) -> None:
        """What must hold on every page: its frame, its width, nothing broken behind it, open to everybody."""
        where = f"{self.page.url} ({self.way})"
        facts = self.page.evaluate(PAGE_FACTS)
        assert facts["titles"], f"no title: {where}"
        assert facts["headings"] == 1, f"{facts['headings']} first headings: {where}"
        assert facts["language"] == self.way.language, f"in {facts['language']}: {where}"
        assert facts["wide"] <= 0, f"{facts['wide']} px too wide: {where} {facts['wider']}"
        if self.way.javascript and (facts["shape"], self.way.width) not in examined:
            found = Axe().run(self.page)
            assert found.violations_count == 0, f"{where}\n{found.generate_report()}"
            examined.add((facts["shape"], self.way.width))
        assert self.trouble == Trouble(), f"{where}: {self.trouble}"

    def sign_in(self, address: str) -> None:
        """By a code from the mail, through the hub's own pages."""
        self.go("account_login")
        self.fill(email=address)
        self.press("Send me the code")
        self.fill(code=self.hub.code(address))
        self.press("Sign in")
