"""A page of a real browser, for tests marked so."""

import pytest


@pytest.fixture
def page(browser):
    """A page of 1280 × 720 with `.asked` (addresses) and `.told` (console, errors)."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.asked, page.told = [], []
    context.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.told.append(message.text))
    page.on("pageerror", lambda error: page.told.append(str(error)))
    yield page
    context.close()
