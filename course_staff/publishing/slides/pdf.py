"""A deck on paper: reveal.js's print page, printed by a browser."""

from collections.abc import Sequence
from pathlib import Path

from course_lib.desk.doctor import find_chromium

FLAGS = ["--no-sandbox", "--disable-gpu"]


def write(decks: Sequence[Path]) -> list[Path]:
    """Print decks (HTML files) to PDF files beside them, one page a slide; returns their paths.

    Raises
    ------
    RuntimeError
        If no browser is found.
    """
    from playwright.sync_api import sync_playwright

    chromium = find_chromium()
    if chromium is None:
        raise RuntimeError("a PDF needs Chromium, Chrome or Edge; none was found (course doctor)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for deck in decks:
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            page.goto(deck.resolve().as_uri() + "?print-pdf")
            page.wait_for_function("document.querySelector('.pdf-page') && (!window.MathJax || "
                                   "MathJax.startup.promise.then(() => true))")
            page.pdf(path=deck.with_suffix(".pdf"), print_background=True,
                     prefer_css_page_size=True)
            page.close()
        browser.close()
    return [deck.with_suffix(".pdf") for deck in decks]
