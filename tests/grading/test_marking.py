"""Marking: what is ticked adds up to the mark, the log has it, names stay hidden, nothing runs."""

import csv
import dataclasses
import itertools
import json
import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import urlsplit

import marked
import pytest

from course_lib.desk.commands import main
from course_lib.desk.doctor import find_chromium
from course_staff.authoring import source
from course_staff.grading import changes, grade, marking, marking_pages, record, rubrics, template
from course_staff.grading.people import People
from course_staff.grading.roster import Row

# --- rubrics --------------------------------------------------------------------------------------

WRITTEN = [(path.stem, cell) for path in source.find() for cell in source.read(path).cells
           if cell.name and cell.kind in ("answer", "task")]
IDS = [f"{lesson}, {cell.name}" for lesson, cell in WRITTEN]


@pytest.mark.parametrize("lesson, cell", WRITTEN, ids=IDS)
def test_every_rubric_of_the_course_can_be_ticked(lesson, cell):
    most = cell.options["points"]
    rubric = rubrics.parse(template._without_markers(cell.text), most)
    assert rubric.items and sum(item.points for item in rubric.items) == most
    assert rubric.mark(["full"] * len(rubric.items)) == most
    each = "half a point each" if rubric.items[0].points == 0.5 else "one point each"
    assert each in rubric.head
    for item in rubric.items:
        assert item.half is (item.points == 1)  # today's rubrics: halves, or half points whole
        assert item.text and "\n\n" not in item.text
    assert rubric.example.startswith("*Example.*")
    assert (rubric.off > 0) is ("off the sum" in rubric.foot)
    words = re.sub(r"\s+", "", template._without_markers(cell.text))
    parts = [rubric.example, rubric.head,
             *(f"{n}. {item.text}" for n, item in enumerate(rubric.items, 1)), rubric.foot]
    assert re.sub(r"\s+", "", "".join(parts)) == words  # nothing is lost


def test_the_mark_is_the_sum_with_halves_where_they_are_defined():
    rubric = rubrics.parse(marked.RUBRIC, 3)
    assert [item.half for item in rubric.items] == [True, False, True]
    assert rubric.off == 0.5
    for ticks in itertools.product(*(item.choices for item in rubric.items)):
        expected = sum({"full": 1, "half": .5, "none": 0}[tick] for tick in ticks)
        assert rubric.mark(ticks) == expected
        assert rubric.mark(ticks, off=True) == max(expected - .5, 0)
    assert rubric.mark(["full", None, "none"]) is None
    for wrong in (["full", "half", "none"], ["full"], ["full", "none", "1"]):
        with pytest.raises(ValueError):
            rubric.mark(wrong)


@pytest.mark.parametrize("head, halves", [
    ("*Rubric, half a point each, all or nothing.*", [False, False]),
    ("*Rubric, one point each, in halves:*", [True, True]),
    ("*Rubric, one point each. Half where it says so, else full or nothing.*", [True, False]),
    ("*Rubric, one point each.*", [True, False])])
def test_half_is_offered_where_the_rubric_speaks_of_it(head, halves):
    points = 1 if "all or nothing" in head else 2
    text = f"*Example.*\n1. No item.\n\n{head}\n\n1. One. *Half:* without\n   a reason.\n2. Two."
    rubric = rubrics.parse(text, points)
    assert [item.half for item in rubric.items] == halves
    assert rubric.items[0].text == "One. *Half:* without\na reason."


@pytest.mark.parametrize("text, most", [
    ("", 2), ("Because. *Rubric:* names the number.", 2),
    ("*Rubric.*\n\n1. a\n2. b\n3. c", 4)])  # four thirds of a point each
def test_a_text_that_is_no_list_of_equal_items_gets_a_number(text, most):
    rubric = rubrics.parse(text, most)
    assert rubric.items == () and rubric.mark([]) is None
    assert text.strip() in (rubric.example, rubric.head)


# --- a class --------------------------------------------------------------------------------------

HOSTILE = {
    "script": "<script>document.title = 'evil'</script>\n\n<script src=//a.example></script>",
    "handler": "a <img src=x onerror=\"document.title='evil'\"> b <svg/onload=alert(1)>",
    "link": "[x](javascript:alert(1)) <javascript:alert(1)> [y](data:text/html,<script>) "
            "[z](  JaVaScRiPt&#58;alert(1))",
    "picture": "![p](http://a.example/x.png) ![q](attachment:a.png\"onerror=alert(1))",
    "frame": "<iframe src='/marking'></iframe><form action=/x><input name=a></form>",
    "style": "<style>body{display:none}</style><div style='position:fixed'>x</div>",
    "fence": "```</pre><script>alert(1)</script>\n<b>\n```",
    "formula": "$\\href{javascript:alert(1)}{x}$ $<img src=x onerror=alert(1)>$ "
               "$\\mmlToken{mi}[href=\"javascript:alert(1)\"]{x}$",
    "table": "| <b onclick=alert(1)>a | b |\n|--|--|\n| </td><script>1</script> | 2 |",
    "entity": "&lt;script&gt;alert(1)&lt;/script&gt; &#60;img src=x onerror=alert(1)&#62;",
}


class Looked(HTMLParser):
    """All tags and attributes of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes


@pytest.mark.parametrize("name", HOSTILE)
def test_a_crafted_answer_is_text(name):
    looked = Looked(marking.shown(HOSTILE[name]))
    assert set(looked.tags) <= set(marking.TAGS)
    assert {key for key, _ in looked.attributes} <= {"href", "rel", "target"}
    for key, value in looked.attributes:
        assert key != "href" or re.match(r"https?:|#|mailto:", value), value


@pytest.mark.parametrize("text, typed", [("$x$ " * 300, False), ("$x$ " * 301, True),
                                         ("\\begin{a}" * 601, True), ("x", False)])
def test_more_formulas_than_a_browser_takes_are_shown_as_typed(pile, text, typed):
    sheet = dataclasses.replace(pile.sheet(pile.entries()[0].id), answer=text)
    _, page = marking_pages.sheet_page(pile, sheet, "/marking")
    assert ('class="answer mathjax_ignore"' in page) is typed


def test_honest_markdown_is_shown():
    made = marking.shown("**b** $a<b$ `c`\n\n- one\n- two\n\n[l](https://a.example)\n\n"
                         "| h |\n|---|\n| 1 |")
    for part in ("<strong>b</strong>", "$a&lt;b$", "<code>c</code>", "<li>one</li>", "<td>1</td>",
                 'href="https://a.example"'):
        assert part in made


@pytest.fixture(scope="module")
def class_folder(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        yield marked.make(tmp_path_factory.mktemp("class"), patch, {
            **marked.PLAIN, "Eve": "\n\n".join(HOSTILE.values()),
            "Zoe Zed": "I, Zoe Zed (zoe_zed, 7654321, ZOE  ZED), say: x."})


@pytest.fixture
def book(class_folder):
    with record.Book(grade.gradebook_url(class_folder, None), class_folder) as opened:
        yield opened


@pytest.fixture
def pile(class_folder, book):
    return marking.Pile(class_folder, book.book, marked.LESSON, marked.CELL)


def number(pile, student):
    return next(entry.id for entry in pile.entries() if entry.student == student)


def save(pile, student, *ticks, **more):
    place = number(pile, student)
    return pile.save(place, pile.sheet(place).seen, list(ticks), **more)


def log(folder):
    path = folder / marked.LESSON / changes.FILE
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_pile_holds_everybody_once_in_an_order_of_its_own(pile):
    entries = pile.entries()
    assert {each.student for each in entries} == {"Ada_Bell", "Bob_Roe", "Li_Wei", "Eve", "Zoe_Zed"}
    assert [each.id for each in entries] == sorted(each.id for each in entries)
    assert [title for title, _ in marking.piles(pile.folder, pile.book)] == ["Small"]
    sheet = pile.sheet(number(pile, "Li_Wei"))
    assert (sheet.name, sheet.answer) == ("Li Wei", "A third.") and "**Write**" in sheet.question
    with pytest.raises(KeyError):
        pile.sheet("0" * 32)


def test_ticked_items_give_the_sum_that_grades_csv_shows(pile, book):
    with changes.watch(pile.folder, "ann"):
        assert save(pile, "Ada_Bell", "full", None, None).mark is None
        assert pile.sheet(number(pile, "Ada_Bell")).entry.waits
        expected = {"Ada_Bell": "2.5", "Bob_Roe": "1", "Li_Wei": "0"}
        save(pile, "Ada_Bell", "full", "full", "half", comment="Good.")
        save(pile, "Bob_Roe", "half", "full", "none", off=True)
        sheet = save(pile, "Li_Wei", "none", "none", "none", off=True)
        assert sheet.mark == 0 and not sheet.entry.waits
    grade.write_pages(pile.folder, marked.LESSON, book)
    with open(pile.folder / marked.LESSON / "grades.csv", encoding="utf-8-sig", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert {student: rows[student]["score"] for student in expected} == expected
    assert {student: rows[student][marked.CELL] for student in expected} == expected
    assert rows["Eve"][marked.CELL] == "" and rows["Eve"]["not_marked_yet"] == "3"
    page = (pile.folder / "feedback" / "Ada_Bell" / f"{marked.LESSON}.html")
    assert "Good." in page.read_text(encoding="utf-8")

    lines = log(pile.folder)  # and `course feedback` adds nothing to what is there
    assert [(each["student"], each["before"], each["after"], each["ticks"]) for each in lines] == [
        ("Ada_Bell", "", "2.5", "1 1 0.5"), ("Bob_Roe", "", "1", "0.5 1 0 -0.5"),
        ("Li_Wei", "", "0", "0 0 0 -0.5")]
    assert {each["account"] for each in lines} == {"ann"} and lines[0]["comment"] == "Good."
    for each in lines:
        since = datetime.now(UTC) - datetime.fromisoformat(each["seen"])
        assert timedelta(0) <= since < timedelta(minutes=5)


def test_a_change_in_formgrader_is_logged_as_it_is_made_and_told_beside_the_ticks(pile):
    student = "Ada_Bell"
    save(pile, student, "full", "full", "full")
    known = len(log(pile.folder)) if (pile.folder / marked.LESSON / changes.FILE).exists() else 0
    with changes.watch(pile.folder, "bob"):
        row = pile.book.find_grade(marked.CELL, marked.LESSON, marked.LESSON, student)
        row.manual_score = 1.5  # as nbgrader's own page does
        row.needs_manual_grade = False
        pile.book.db.commit()
        row.manual_score = 2.0
        pile.book.db.rollback()  # and this never happened
    (line,) = log(pile.folder)[known:]
    assert (line["account"], line["before"], line["after"]) == ("bob", "3", "1.5")
    sheet = pile.sheet(number(pile, student))
    assert "isn't the sum" in marking_pages.state(sheet)["told"]
    assert save(pile, student, "full", "full", "full", comment="Only a comment.").mark == 1.5
    assert save(pile, student, "full", "full", "half").mark == 2.5


def test_what_the_rubric_does_not_offer_is_refused_and_nobody_overwrites_somebody(pile):
    place = number(pile, "Bob_Roe")
    before = save(pile, "Bob_Roe", "full", "none", "half")
    for ticks in (["full", "half", "none"], ["full"], [], ["full", "none", 1], ["x"] * 3):
        with pytest.raises(marking.Refused):
            pile.save(place, before.seen, ticks)
    with pytest.raises(marking.Refused, match="characters"):
        pile.save(place, before.seen, ["full", "none", "half"], comment="x" * 5001)
    assert pile.sheet(place) == before
    after = pile.save(place, before.seen, ["none"] * 3)
    with pytest.raises(marking.Meanwhile, match="Load the page again"):
        pile.save(place, before.seen, ["full"] * 3)
    assert pile.sheet(place).mark == after.mark == 0
    back = pile.save(place, after.seen, back=True)
    assert back.mark is None and back.entry.waits and back.ticks["items"] == [None] * 3


def test_without_items_the_mark_is_a_number(tmp_path, monkeypatch):
    folder = marked.make(tmp_path, monkeypatch, {"Ada": "x"}, "Because.")
    with record.Book(grade.gradebook_url(folder, None), folder) as book:
        pile = marking.Pile(folder, book.book, marked.LESSON, marked.CELL)
        assert save(pile, "Ada", mark=2.5).mark == 2.5
        for wrong in (-1, 3.5, float("nan")):
            with pytest.raises(marking.Refused):
                save(pile, "Ada", mark=wrong)
        assert save(pile, "Ada", comment="Look.").mark == 2.5
        title, page = marking_pages.sheet_page(pile, pile.sheet(pile.entries()[0].id), "/marking")
        assert 'type="number"' in page and 'value="2.5"' in page


def test_comments_are_kept_for_the_question_and_used_again(pile):
    assert pile.keep(" Too vague. ") == ["Too vague."]
    assert pile.keep("Right.") == pile.keep("Right.") == ["Too vague.", "Right."]
    assert (pile.folder / marked.LESSON / marking.COMMENTS).exists()
    assert pile.keep("Right.", keep=False) == pile.comments() == ["Too vague."]
    for wrong in ("", "  ", "x" * 5001):
        with pytest.raises(marking.Refused):
            pile.keep(wrong)


def test_hidden_names_appear_nowhere_in_the_page(pile):
    people = People.read(pile.folder)
    people.roster.rows = [Row("Zoe Zed", "7654321", "zz@example.org", student="Zoe_Zed")]
    everywhere = r"Zoe|Zed|7654321|zz@"
    save(pile, "Zoe_Zed", None, None, None, comment="Well done, Zoe Zed!")
    pile.keep("As for Zoe Zed: right.")
    assert pile.comments(people) == [each for each in pile.comments() if "Zoe" not in each]
    for entry in pile.entries():
        sheet = pile.sheet(entry.id)
        told = [*marking_pages.sheet_page(pile, sheet, "/marking", people, True),
                json.dumps(marking_pages.state(sheet))]
        for text in told:
            names = "|".join(map(re.escape, (entry.student, sheet.name)))
            assert not re.search(rf"\b({names}|{everywhere})\b", text, re.IGNORECASE)
        assert "formgrader" not in told[1] and "show names" not in told[1]
    place = number(pile, "Zoe_Zed")
    assert marking.HIDDEN in marking_pages.sheet_page(
        pile, pile.sheet(place), "/marking", people)[1]
    assert "Zoe Zed" in marking_pages.sheet_page(pile, pile.sheet(place), "/marking")[1]


def test_hiding_takes_whole_names_only():
    assert marking.hide("Ada Bell, ada_bell; Adam Bell's bell", ["Ada Bell"]) == (
        f"{marking.HIDDEN}, {marking.HIDDEN}; Adam Bell's bell")
    assert marking.hide("x", ["___", "  "]) == "x"


def test_who_is_forgotten_leaves_no_tick(tmp_path, monkeypatch):
    folder = marked.make(tmp_path, monkeypatch)
    with record.Book(grade.gradebook_url(folder, None), folder) as book, changes.watch(folder):
        pile = marking.Pile(folder, book.book, marked.LESSON, marked.CELL)
        for student in ("Ada_Bell", "Bob_Roe"):
            save(pile, student, "full", "full", "full")
    assert main(["forget", "--out", str(folder), "--student", "Ada Bell", "--yes"]) == 0
    left = [path.name for path in (folder / marked.LESSON / marking.TICKS).iterdir()]
    assert left == ["Bob_Roe.json"]
    assert {each["student"] for each in log(folder)} == {"Bob_Roe"}


# --- in a browser ---------------------------------------------------------------------------------


@pytest.fixture
def address(tmp_path, monkeypatch):
    """Start `course marking`; yields (the class's folder, the address that it prints)."""
    folder = marked.make(tmp_path, monkeypatch, {
        **marked.PLAIN, "Eve": "\n\n".join(HOSTILE.values()) + "\n\nAn end: $x^2$"})
    printed = tmp_path / "log.txt"
    with printed.open("w", encoding="utf-8") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "course_lib.desk.commands", "marking", "--no-browser",
             "--marker", "ann", "--out", str(folder)], env=dict(os.environ), stdout=out, stderr=out)
    try:
        end, found = time.monotonic() + 90, None
        while not found and time.monotonic() < end:
            time.sleep(.3)
            found = re.search(r"http://127\.0\.0\.1:\S+", printed.read_text(encoding="utf-8"))
        assert found, printed.read_text(encoding="utf-8")
        yield folder, found.group()
    finally:
        server.terminate()
        server.wait(30)


@pytest.mark.browser
@pytest.mark.skipif(find_chromium() is None, reason="no Chromium, Chrome or Edge was found")
def test_by_keyboard_through_the_students_and_the_marks_arrive(address, browser):
    folder, start = address
    asked, wrong = [], []
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    page.set_default_timeout(20_000)
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
    page.goto(start)
    page.get_by_role("link", name=marked.CELL, exact=True).click()
    head, ready = page.locator("section > h1"), page.locator("form[data-ready]")
    given = {}
    for place in range(1, 5):
        page.get_by_text(f"Answer {place} of 4").wait_for()
        ready.wait_for()
        page.locator("fieldset mjx-container").first.wait_for()  # the rubric's formula is set
        assert page.title() == marked.CELL
        name = head.inner_text().split(" · ")[0]
        if name == "Eve":
            page.locator("#answer mjx-container").last.wait_for()
            assert page.locator("#answer :is(script, img, iframe, form, style)").count() == 0
            assert page.locator("#answer a[href^='javascript' i]").count() == 0
        page.keyboard.press("1")  # full
        page.keyboard.press("2")
        page.keyboard.press("2")  # none: there is no half
        for _ in range(place % 3 + 1):
            page.keyboard.press("3")
        if place == 1:
            page.keyboard.press("c")
            page.keyboard.type("Well put: 123 n.")  # keys are letters here
            page.keyboard.press("Escape")
            page.keyboard.press("k")
            page.locator("#comments li").wait_for()
        else:
            page.keyboard.press("a")
        page.locator("#said", has_text="Saved.").wait_for()
        given[name] = 1 + [0, 1, .5][(place % 3 + 1) % 3]
        assert page.locator("#mark").inner_text() == f"{given[name]:g} of 3"
        if place == 1:  # another page's request has the cookie, not its number
            assert page.request.post(page.url, data={"keep": "forged"}).status == 403
        if place == 2:  # and back: what was ticked is there
            page.keyboard.press("p")
            page.get_by_text("Answer 1 of 4").wait_for()
            ready.wait_for()
            assert page.locator("input:checked").count() == 3
            page.keyboard.press("ArrowRight")
            page.get_by_text("Answer 2 of 4").wait_for()
            ready.wait_for()
            page.keyboard.press("h")
            page.get_by_role("link", name="show names").wait_for()
            ready.wait_for()
            assert name not in page.content()
            page.keyboard.press("h")
            page.get_by_role("link", name="hide names").wait_for()
            ready.wait_for()
        if place < 4:
            page.keyboard.press("n")
    page.keyboard.press("n")
    page.get_by_role("heading", name="Written answers").wait_for()
    assert page.locator("td.number").all_inner_texts() == ["4", "0"]
    page.close()
    assert not wrong and {urlsplit(url).hostname for url in asked} == {"127.0.0.1"}

    with record.Book(grade.gradebook_url(folder, None), folder) as book:
        for student, mark in given.items():
            kept = book.marks(student.replace(" ", "_"), marked.LESSON)[marked.CELL]
            assert kept == {"score": mark, "by_hand": True, "open": False,
                            "comment": "Well put: 123 n."}
    last = {line["student"].replace("_", " "): float(line["after"]) for line in log(folder)}
    assert last == given and {line["account"] for line in log(folder)} == {"ann"}
