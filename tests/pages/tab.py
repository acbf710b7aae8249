"""A tab of Chromium that remembers what went wrong in it: errors and dialogs of scripts, refused or lost files."""

from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page

SCREENS = Path(__file__).parents[2] / "build" / "screens"
AXE = (Path(__file__).parent / "vendored" / "axe.min.js").read_text("utf-8")

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 320, "height": 640}

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = """async tags => {
  const found = await axe.run(document, {runOnly: {type: 'tag', values: tags}});
  return found.violations.map(each => `${each.id}: ${each.nodes.map(node => node.target.join(' ')).join(', ')}`);
}"""
_WATCH = """document.addEventListener('securitypolicyviolation', event =>
  console.error(`content policy: ${event.violatedDirective} ${event.blockedURI}`));"""


@dataclass
class Tab:
    """`page` is Playwright's own; `troubles` fills with whatever the page complained of."""

    page: Page
    context: BrowserContext
    url: str
    troubles: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()

    async def opens(self, path: str) -> int:
        """Go there; returns the status of the answer."""
        answer = await self.page.goto(self.url + path)
        assert answer is not None
        return answer.status

    async def barriers(self) -> list[str]:
        """What axe finds against WCAG 2.2 AA and good practice."""
        await self.page.evaluate(AXE)
        return await self.page.evaluate(_RUN, _TAGS)

    async def shot(self, name: str) -> None:
        """Keep a picture of the whole page as build/screens/NAME.png."""
        SCREENS.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=SCREENS / f"{name}.png", full_page=True)

    async def overflows(self) -> bool:
        """Whether the page is wider than the screen, so that one must scroll sideways to read."""
        return await self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")

    async def text(self) -> str:
        """What stands in the page's main part."""
        return " ".join((await self.page.inner_text("main")).split())

    async def _asks(self, dialog: Dialog) -> None:
        self.troubles.append(f"a dialog: {dialog.message}")
        await dialog.dismiss()

    def _says(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(each in message.text for each in self.expected):
            self.troubles.append(message.text)


async def new_tab(
    browser: Browser, url: str, *, language: str = "en-GB", phone: bool = False, dark: bool = False
) -> Tab:
    """An empty tab, with cookies of its own."""
    context = await browser.new_context(
        locale=language, viewport=PHONE if phone else DESKTOP, color_scheme="dark" if dark else "light"
    )
    context.set_default_timeout(10_000)
    await context.add_init_script(_WATCH)
    tab = Tab(await context.new_page(), context, url)
    tab.page.on("console", tab._says)
    tab.page.on("dialog", tab._asks)
    tab.page.on("pageerror", lambda fault: tab.troubles.append(str(fault)))
    tab.page.on("requestfailed", lambda request: tab.troubles.append(f"{request.url}: {request.failure}"))
    return tab
