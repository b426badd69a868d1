"""What decks and pages show and load, for the tests of both."""

import html
import re
from functools import cache
from pathlib import Path

import pytest
import secrecy

from course_lib.desk.doctor import find_chromium
from course_staff.authoring import rules, source
from course_staff.authoring.source import regions

LESSONS = source.find()
read = cache(source.read)  # a fifth of a second each
# axe-core, Deque's checker of the Web Content Accessibility Guidelines, vendored with its licence.
AXE = Path(__file__).parents[1] / "fixtures" / "axe" / "axe.min.js"
RUN = """async rules => {
  for (const each of document.querySelectorAll("[data-waits]")) each.classList.add("open");
  for (const each of document.querySelectorAll("details")) each.open = true;
  dispatchEvent(new Event("resize"));  // as opening by hand would
  const level = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const found = await axe.run(document, {
    runOnly: rules || level, preload: false, resultTypes: ["violations"], elementRef: false});
  return found.violations.flatMap(({id, nodes}) => nodes.map(
    node => `${id}: ${node.html.slice(0, 150)}: ${node.failureSummary.slice(0, 300)}`));
}"""
COLOURS = ["color-contrast", "link-in-text-block"]  # all that a dark page can break by itself


def in_a_browser(test):
    """Mark a test that drives a browser."""
    missing = pytest.mark.skipif(find_chromium() is None,
                                 reason="no Chromium, Chrome or Edge was found")
    return pytest.mark.browser(missing(test))


@cache  # decks are megabytes, and are asked about every lesson
def visible(text):
    """The text of a page, without scripts, styles, tags and spacing."""
    text = re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL)
    return re.sub(r"\s+", "", html.unescape(re.sub(r"<[^>]+>", "", text)))


@cache
def secrets(path):
    """Lines of a lesson's answers, rubrics and hidden tests that occur nowhere else in it."""
    lesson, found = read(path), set()
    for cell in lesson.cells:
        for what in rules.MARKERS:
            for region in regions(cell.text, what):
                found |= {line.strip() for line in region.splitlines()}
    hidden = "|".join(rules.MARKERS)
    public = re.sub(rf"BEGIN ({hidden}).*?END \1", "", secrecy.text(path), flags=re.DOTALL)
    return {line for line in found if len(line) > 30 and line not in public}


def leaked(path, text):
    shown = visible(text)
    plain = (re.sub(r"[*`$_]", "", line) for line in secrets(path))
    return [line for line in plain if re.sub(r"\s+", "", line) in shown]


def violations(page, schemes=("light", "dark")):
    """What breaks a rule of WCAG 2.2, A or AA, on the page that a browser shows, opened wholly."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = []
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        found += page.evaluate(RUN, None if scheme == schemes[0] else COLOURS)
    return found


def settled(page):
    """Wait for the formulas of a page."""
    page.evaluate("window.MathJax && MathJax.startup && MathJax.startup.promise.then(() => 1)")


def loads(file):
    """Addresses of what a page or a stylesheet loads by itself, "data:" ones cut short."""
    text = re.sub(r"<script>.*?</script>", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    tags = r"""<(?:script|link|img|iframe)[^>]*?(?:src|href)=["']([^"']{1,60})"""
    styles = r"""url\(["']?(?!#)([^)"']{1,60})|@import ["']?([^"';]{1,60})"""
    return re.findall(tags, text) + ["".join(found) for found in re.findall(styles, text)]
