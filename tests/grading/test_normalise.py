"""Answers where they don't belong, and pictures with odd names: nothing is lost without a word."""

import copy
import itertools
import json
from urllib.parse import quote

import pytest
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from course_lib.desk.cells import grade_id
from course_lib.desk.marking import splice
from course_staff.grading import normalise

DOT = ("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
       "rkJggg==")


NUMBERS = itertools.count()


def cell(kind, source, name=None, **about):
    made = {"cell_type": kind, "id": f"c{next(NUMBERS)}", "metadata": {}, "source": source}
    if kind == "code":
        made |= {"outputs": [], "execution_count": None}
    if name:
        made["metadata"]["nbgrader"] = {"grade_id": name, "grade": False, "solution": False,
                                        "locked": False} | about
    return made


LESSON = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
    cell("markdown", "# A lesson"),
    cell("code", "start = 5"),
    cell("code", "def double(x):\n    raise NotImplementedError", "double", solution=True),
    cell("code", "assert double(1) == 2\n### BEGIN HIDDEN TESTS\n# hint: x\nassert double(3) == 6\n"
         "### END HIDDEN TESTS", "doubles", grade=True, locked=True, points=1),
    cell("markdown", "Why?"),
    cell("markdown", "*Your answer here.*", "why", grade=True, solution=True, points=2),
    cell("code", "print('the end')")]}
TEMPLATE = {"notebook": LESSON, "answers": {"why": 2}}
RIGHT = "def double(x):\n    return 2 * x"


def handed(change):
    """Return a notebook as a student has it, changed, as grading would have it: (cells, flags)."""
    mine = copy.deepcopy(LESSON)
    mine["cells"][3]["source"] = "assert double(1) == 2"
    change(mine["cells"])
    read = normalise.Handed([normalise._cell(json.loads(json.dumps(each)))
                             for each in mine["cells"]])
    made, flags = normalise.normalise(TEMPLATE, read)
    return made, [word for word, _ in flags]


def below(kind):
    return lambda cells: cells.insert(6, cell(kind, "Because."))


def above(kind):
    return lambda cells: cells.insert(5, cell(kind, "Because."))


def in_its_place(cells):
    cells[5] = cell("markdown", "Because.")


def into_the_question(cells):
    cells[4]["source"] += "\n\nBecause."


def emptied_and_below(cells):
    cells[5]["source"] = "  "
    cells.insert(6, cell("markdown", "Because."))


BESIDE = [below("markdown"), below("code"), below("raw"), above("markdown"), above("code"),
          in_its_place, into_the_question, emptied_and_below]


@pytest.mark.parametrize("change", BESIDE)
def test_an_answer_beside_its_cell_is_left_to_a_person(change):
    made, _ = handed(change)
    (found,) = normalise.beside(made, TEMPLATE)
    assert found[0] == "why" and "a person decides" in found[1]
    assert any("Because." in each["source"] for each in made["cells"])


@pytest.mark.parametrize("change", [
    lambda cells: None, lambda cells: cells.insert(2, cell("code", "x = 3")),
    lambda cells: cells.append(cell("markdown", "Thanks!")),
    lambda cells: cells[5].update(source="Because."),
    lambda cells: (cells[5].update(source="Because."), cells.insert(6, cell("code", "1"))),
    lambda cells: cells.insert(6, cell("markdown", "  "))])
def test_nothing_beside_an_answer_is_nothing_to_look_at(change):
    assert normalise.beside(handed(change)[0], TEMPLATE) == []


# --- merged cells ---------------------------------------------------------------------------------


def merged(first, second, stays):
    """Merge two neighbouring cells as JupyterLab does; `stays` is whose mark is kept."""
    def change(cells):
        cells[2]["source"] = RIGHT
        both = cells[first]["source"] + "\n\n" + cells[second]["source"]
        cells[stays]["source"] = both
        del cells[second if stays == first else first]
    return change


@pytest.mark.parametrize("first, second, stays", [
    (2, 3, 2), (2, 3, 3), (1, 2, 1), (1, 2, 2)])
def test_an_answer_merged_with_its_neighbour_counts(first, second, stays):
    made, _ = handed(merged(first, second, stays))
    run = {}
    for each in made["cells"]:
        if each["cell_type"] == "code" and grade_id(each) != "doubles":
            exec(each["source"], run)
    assert run["double"](4) == 8 and run["start"] == 5
    (test,) = [each for each in made["cells"] if grade_id(each) == "doubles"]
    assert test["source"] == LESSON["cells"][3]["source"]


def test_an_edited_test_is_no_answer_where_there_is_one():
    made, words = handed(lambda cells: (
        cells[2].update(source=RIGHT),
        cells[3].update(source="def double(x):\n    return 0\nassert True")))
    (answer,) = [each for each in made["cells"] if grade_id(each) == "double"]
    assert answer["source"] == RIGHT and words == ["edited"]


def test_splicing_leaves_what_it_is_given_alone():
    cells = copy.deepcopy(LESSON["cells"])
    merged(2, 3, 3)(cells)
    before = copy.deepcopy((LESSON, cells))
    splice(LESSON, cells)
    assert (LESSON, cells) == before


# --- pictures -------------------------------------------------------------------------------------


def html(cell):
    """Return what formgrader shows of a cell."""
    renderer = IPythonRenderer(escape=False, attachments=cell.get("attachments", {}))
    return MarkdownWithMath(renderer=renderer).render(cell["source"])


def pictured(text, attachments):
    return handed(lambda cells: cells[5].update(source=text, attachments=attachments))


ODD = ["plain.png", "my figure.png", "my%20figure.png", "größe.png", "a+b.png", "figure (1).png",
       "a&b=c.png", "50%.png", "图.png", "x" * 150 + ".png", "a'b.png", "a,b;c.png", "-.png"]


@pytest.mark.parametrize(("name", "write"), [
    (name, write) for name in ODD for write in (str, quote, lambda n: quote(n, safe="()'+&=,;"))
    if not (write is str and " " in name)])  # Markdown ends a link at a space
def test_pictures_with_odd_names_are_shown(name, write):
    made, words = pictured(f"See ![it](attachment:{write(name)}).", {name: {"image/png": DOT}})
    (answer,) = [each for each in made["cells"] if grade_id(each) == "why"]
    shown = html(answer)
    assert f'<img src="data:image/png;base64,{DOT}"' in shown and "picture" not in words


def test_pictures_that_nearly_share_a_name_stay_two():
    other = DOT.replace("iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB", "iVBORw0KGgoAAAANSUhEUgAAAAIAAAAB")
    made, _ = pictured("![a](attachment:my%20a.png) ![b](attachment:picture-1)",
                       {"my a.png": {"image/png": DOT}, "picture-1": {"image/png": other}})
    (answer,) = [each for each in made["cells"] if grade_id(each) == "why"]
    shown = html(answer)
    assert DOT in shown and other in shown


@pytest.mark.parametrize("attachments", [
    {}, {"it.svg": {"image/svg+xml": "<svg/>"}}, {"it.svg": {"image/png": "bm8="}}, {"it.svg": 3}])
def test_pictures_that_cant_be_shown_are_told(attachments):
    made, words = pictured("See ![it](attachment:it.svg).", attachments)
    (answer,) = [each for each in made["cells"] if grade_id(each) == "why"]
    assert words == ["picture"] and "<img" not in html(answer)


def test_an_answer_without_end_is_cut_and_that_is_told():
    made, words = handed(lambda cells: cells[5].update(source="[" * 200_000))
    (answer,) = [each for each in made["cells"] if grade_id(each) == "why"]
    assert len(answer["source"]) == normalise.LONGEST_ANSWER and words == ["edited"]
