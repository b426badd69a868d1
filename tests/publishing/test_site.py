"""Pages to read: lessons without answers, the library's reference, and what links the two."""

import json
import re
from functools import cache
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from shown import LESSONS, in_a_browser, leaked, loads, visible

from course_staff.authoring import library, source
from course_staff.publishing import reference, site

PUBLIC = [(module, name) for module in library.modules() for name in library.public(module)]


@pytest.fixture(scope="module")
def reading(tmp_path_factory):
    """A folder with all pages to read."""
    folder = tmp_path_factory.mktemp("all pages")
    site.write(folder)
    return folder


class Page(HTMLParser):
    """The ids of a page, the addresses that its links lead to, and its text."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links = set(), set()
        self.text = path.read_text(encoding="utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        self.ids.add(told.get("id"))
        if tag == "a" and told.get("href"):
            self.links.add(told["href"])


parsed = cache(Page)


def described(page, name):
    """What stands below a name in the reference."""
    return re.search(rf'id="{re.escape(name)}".*?</dt>\s*<dd>(.*?)(?:</dd></dl>|<dl)',
                     page.text, re.DOTALL)[1]


# --- lessons --------------------------------------------------------------------------------------

def test_no_page_holds_an_answer_and_all_hold_stubs(reading):
    for path in LESSONS:
        text = (reading / f"{source.folder(path)}.html").read_text(encoding="utf-8")
        assert not leaked(path, text)
        assert visible(text).count("raiseNotImplementedError") == len(source.read(path).exercises)
        assert "BEGINSOLUTION" not in visible(text) and "HIDDENTESTS" not in visible(text)


def test_pages_show_figures_but_reveal_no_prediction(reading):
    text = (reading / "00_enhance.html").read_text(encoding="utf-8")
    assert "four sharp ladybirds" in text
    assert "numbers still free: measured" not in text
    assert 'alt=""' not in text and "No description" not in text


# --- the reference --------------------------------------------------------------------------------

def test_every_public_name_stands_in_the_reference_and_is_described(reading):
    assert len(PUBLIC) > 300
    for module, name in PUBLIC:
        whole = f"course_lib.{module}.{name}"
        page = parsed(reading / "reference" / f"{module}.html")
        assert whole in page.ids, f"{whole} is missing"
        assert visible(described(page, whole)), f"{whole}: no docstring, and no comment with #:"


def test_every_room_has_a_page_with_its_sentence(reading):
    index = visible(parsed(reading / "reference" / "index.html").text)
    names = [name for layer in reference.rooms() for name in layer]
    assert sorted(names) == [name for name in library.modules() if "." not in name]
    for name in names:
        sentence = visible(library.sentence(library.modules()[name]).replace("`", ""))
        assert sentence in index
        assert sentence in visible(parsed(reading / "reference" / f"{name}.html").text)


def test_modules_and_names_that_docstrings_speak_of_are_found(reading):
    """In the reference every name in backquotes that begins with a room or module is a link."""
    parts = {part for name in library.modules() for part in name.split(".")}
    for file in (reading / "reference").glob("*.html"):
        plain = re.sub(r"<a\b.*?</a>", "", parsed(file).text, flags=re.DOTALL)
        for found in re.findall(r'<code class="xref py.*?</code>', plain):
            first, *rest = re.sub(r"<.*?>", "", found).split(".")
            assert not (rest and first in parts), f"{file.name}: {first}.{'.'.join(rest)}"


def test_the_search_index_knows_words_and_names(reading):
    text = (reading / "reference" / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(text.removeprefix("Search.setIndex(").removesuffix(")"))
    for word, page in (("richardson", "imaging.deconvolution"), ("fano", "imaging.limits")):
        found = index["terms"][word]
        pages = [index["docnames"][i] for i in (found if isinstance(found, list) else [found])]
        assert page in pages, word
    known = {f"{prefix}.{each[4]}" for prefix, objects in index["objects"].items()
             for each in objects}
    assert {f"course_lib.{module}.{name}" for module, name in PUBLIC} <= known


# --- both -----------------------------------------------------------------------------------------

def test_every_link_between_pages_leads_somewhere(reading):
    count = 0
    for file in reading.rglob("*.html"):
        for link in parsed(file).links:
            path, _, anchor = link.partition("#")
            within = "reference" in (file.parent.name, path.partition("/")[0])
            if not within or re.match(r"\w+:", link):
                continue
            target = (file.parent / unquote(path)).resolve() if path else file
            assert target.is_file(), f"{file.name} links to {link}"
            assert not anchor or unquote(anchor) in parsed(target).ids, f"{file.name}: {link}"
            count += bool(anchor)
    assert count > 1000


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_lessons_and_the_functions_that_they_rebuild_link_to_each_other(reading, path):
    lesson = source.read(path)
    page = parsed(reading / f"{lesson.folder}.html")
    for number, exercise in enumerate(lesson.exercises, 1):
        assert f"cell-id={exercise.name}" in page.ids
        for name in exercise.rebuilds:
            assert f"reference/{reference.link(name)}" in page.links
            module = library.resolve(name)[0]
            told = described(parsed(reading / "reference" / f"{module}.html"), f"course_lib.{name}")
            assert f'href="../{lesson.folder}.html#cell-id={exercise.name}"' in told
            assert f"lesson {lesson.entry.digits}, {lesson.title}, exercise {number}" in told


def test_a_lesson_lists_what_its_own_cells_use(reading):
    page = parsed(reading / "00_enhance.html")
    used = {link for link in page.links if link.startswith("reference/") and "#" in link}
    assert {f"reference/{reference.link(name)}" for name in (
        "imaging.operators.Downsample", "worlds.ladybirds.sample", "worlds.sprites.tomato",
        "notebook.predictions.predict")} <= used
    assert not any("notebook.checks" in link for link in used)  # its tests do


def test_pages_load_only_what_lies_beside_them(reading):
    for file in [*reading.rglob("*.html"), *reading.rglob("*.css")]:
        for url in loads(file):
            if not url.startswith(("data:", "#")):
                there = (file.parent / unquote(url).partition("?")[0]).resolve()
                assert there.is_file() and reading in there.parents, f"{file.name} loads {url}"


# --- in a browser ---------------------------------------------------------------------------------

@in_a_browser
def test_a_lesson_works_from_a_file(page, reading):
    page.goto((reading / "index.html").as_uri())
    assert page.locator("li a").count() == len(LESSONS)
    page.locator("li a").nth(1).click()
    page.locator("mjx-container").first.wait_for()
    assert page.locator("mjx-merror").count() == 0
    assert not page.told and all(url.startswith(("file:", "data:")) for url in page.asked)


@in_a_browser
def test_the_reference_works_from_a_file(page, reading):
    page.goto((reading / "index.html").as_uri())
    page.get_by_role("link", name="The library", exact=True).click()
    page.get_by_role("searchbox").fill("Richardson")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="richardson_lucy").click()
    page.get_by_role("link", name="exercise 4").click()
    page.locator("mjx-container").first.wait_for()
    page.locator(".library").get_by_role("link", name="richardson_lucy").first.click()
    page.get_by_role("link", name="imaging", exact=True).first.click()
    page.get_by_role("link", name="fano_error").click()
    page.locator("mjx-container").first.wait_for()
    assert page.locator("mjx-merror").count() == 0
    assert not page.told and all(url.startswith(("file:", "data:")) for url in page.asked)


@in_a_browser
def test_no_page_of_the_reference_is_wider_than_a_telephone(page, reading):
    page.set_viewport_size({"width": 390, "height": 800})
    for file in (reading / "reference").glob("*.html"):
        page.goto(file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, file.name
    assert not page.told
