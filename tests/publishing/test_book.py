"""The book: its contents say where everything is, all figures are in it, and no answer."""

import base64
import io
import json
import re

import pytest
from PIL import Image
from secrecy import squeeze
from shown import LESSONS, leaked

from course_lib.desk.doctor import find_chromium
from course_staff.authoring import source
from course_staff.publishing import book

PdfReader = pytest.importorskip("pypdf").PdfReader

# The shortest, and one with formulas; whatever the list of lessons says of their order.
FEW = [path for path in LESSONS if path.stem in {"enhance", "information_limit"}]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The book of all lessons, as HTML."""
    folder = tmp_path_factory.mktemp("book")
    book.site.put_assets(folder)
    return book.html(folder, [source.read(path) for path in LESSONS])


@pytest.fixture
def chapters(whole):
    """All lessons' chapters, by the lesson's folder."""
    return dict(zip(map(source.folder, LESSONS),
                    whole.split('<section class="chapter"')[1:], strict=True))


def pngs(path):
    """The pictures that a lesson's page shows."""
    found = [output.data["image/png"] for cell in book.lessons.page(source.folder(path)).cells
             for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]
    return [base64.b64decode(each) for each in found]


# --- what is printed ------------------------------------------------------------------------------

def test_every_lesson_is_a_chapter_in_order_with_all_its_figures_and_its_reading(chapters):
    assert list(chapters) == sorted(chapters) == [source.folder(path) for path in LESSONS]
    for path, chapter in zip(LESSONS, chapters.values(), strict=True):
        assert chapter.count("<img ") == len(pngs(path)) > 0
        (level, place, said), *parts = book.headings(chapter)
        assert (level, place) == (1, source.folder(path)) and source.read(path).title in said
        assert {level for level, _, _ in parts} == {2}
        assert any("Further reading" in said for _, _, said in parts)


def test_pages_and_contents_say_each_title(whole):
    contents = whole.partition('<nav class="contents"')[2].partition("</nav>")[0]
    for path in LESSONS:
        said = f"{source.read(path).listed.digits} · {source.read(path).title}"
        assert f'{{ @top-left {{ content: "{said}"; }} }}' in whole
        assert f'href="#{source.folder(path)}"><span>{said}</span>' in contents


def test_no_chapter_holds_an_answer_or_a_test_and_all_hold_stubs(chapters):
    for path, chapter in zip(LESSONS, chapters.values(), strict=True):
        assert not leaked(path, chapter)
        shown = squeeze(re.sub(r"<[^>]+>", "", chapter))
        assert shown.count("raiseNotImplementedError") == len(source.read(path).exercises)
        assert "BEGINSOLUTION" not in shown and "HIDDENTESTS" not in shown
        assert "predict(&quot;" not in shown and "<form" not in chapter


def test_places_differ_and_every_link_leads_to_one_or_elsewhere(chapters):
    whole = "".join(chapters.values())
    places = re.findall(r'\bid="([^"]*)"', whole)
    assert len(places) == len(set(places))
    for address in set(re.findall(r'<a\b[^>]*href="([^"]*)"', whole)):
        assert address.startswith(("https://", "http://")) or address[1:] in places, address


def test_the_landing_page_leads_to_the_book_where_there_is_one(tmp_path):
    book.site.put_assets(tmp_path)
    lessons = [source.read(path) for path in FEW]
    for there in (False, True):
        page = book.site._landing(tmp_path, lessons, {}, False, source.ROOT)
        assert ('href="book.pdf"' in page.read_text(encoding="utf-8")) is there
        (tmp_path / book.site.BOOK).touch()


# --- the PDF --------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """A book of two lessons, and on which page each place is."""
    if find_chromium() is None:
        pytest.skip("no Chromium, Chrome or Edge was found")
    path = tmp_path_factory.mktemp("printed") / "book.pdf"
    found = book.write(path, [source.read(each) for each in FEW])
    return PdfReader(path), found


@pytest.mark.browser
def test_contents_and_outline_say_the_page_where_each_part_begins(printed):
    reader, found = printed
    texts = [page.extract_text() for page in reader.pages]
    contents = texts[1]
    outline = [(each.title, reader.get_destination_page_number(each) + 1)
               for each in _flat(reader.outline)]
    for path in FEW:
        title = source.read(path).title
        number = found[source.folder(path)]
        assert re.search(rf"{re.escape(title)}\s+{number}\b", contents), contents
        assert squeeze(title) in squeeze(texts[number - 1])
        assert any(title in said and page == number for said, page in outline)
        assert re.search(rf"Further reading\s+{found[_last(found, path)]}\b", contents)
    assert contents.count("Further reading") == len(FEW) and "000" not in contents
    for number, text in enumerate(texts[1:], 2):
        assert str(number) in text.split()[:8]


def _last(found, path):
    return next(place for place in found
                if place.startswith(source.folder(path)) and "Further-reading" in place)


def _flat(outline):
    for each in outline:
        yield from _flat(each) if isinstance(each, list) else [each]


@pytest.mark.browser
def test_figures_are_printed_at_their_full_size_and_fonts_come_along(printed):
    reader, _ = printed
    sizes, fonts = set(), []
    for page in reader.pages:
        of = page["/Resources"]
        for each in of.get("/XObject", {}).values():
            if (image := each.get_object()).get("/Subtype") == "/Image":
                sizes.add((image["/Width"], image["/Height"]))
        fonts += [each.get_object() for each in of.get("/Font", {}).values()]
    for path in FEW:
        assert {Image.open(io.BytesIO(png)).size for png in pngs(path)} <= sizes
    assert fonts
    for font in fonts:
        described = [each.get_object()["/FontDescriptor"] for each in font["/DescendantFonts"]]
        assert all("/FontFile2" in each or "/FontFile3" in each for each in described), font


@pytest.mark.browser
def test_code_is_printed_to_its_last_column_and_answers_are_not(printed):
    reader, _ = printed
    heads = "|".join(re.escape(squeeze(f"{source.read(path).listed.digits} · "
                                       f"{source.read(path).title}")) for path in FEW)
    whole = ""  # without what stands above and below each page
    for number, page in enumerate(reader.pages, 1):
        whole += re.sub(rf"^({heads}){number}", "", squeeze(page.extract_text()))
    for path in FEW:
        assert not leaked(path, whole)
        notebook = json.loads(source.notebook(path, "lessons").read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code" and "nbgrader" not in cell["metadata"]:
                code = "".join(cell["source"])
                if "predict(" not in code:
                    for line in code.splitlines():
                        assert squeeze(line) in whole, line
