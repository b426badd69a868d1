"""Lessons are named, the build puts numbers in: what is a reference, and what is none."""

import pytest

from course_staff.authoring import references, source, syllabus
from course_staff.authoring.source import SourceError

ENTRIES = {name: syllabus.Entry(name, "I", name.title(), "Why?", 50, number=number, **more)
           for name, number, more in [
    ("enhance", 0, {}), ("bias", 10, {"builds_on": ("enhance",)}),
    ("causes", 11, {"builds_on": ("enhance", "bias")}),
    ("use", 13, {"builds_on": ("bias",), "helps": ("enhance", "causes")}),
    ("last", 14, {"helps": ("use",)})]}


def resolved(text, **options):
    text, problems = references.resolve(text, ENTRIES, **options)
    assert not problems
    return text


@pytest.mark.parametrize(("text", "read"), [
    ("See lesson {bias}.", "See lesson 10."),
    ("Lesson {bias}'s budget (lesson {enhance})", "Lesson 10's budget (lesson 00)"),
    ("lessons {enhance}, {bias} and {use}", "lessons 00, 10 and 13"),
    ("lessons {enhance} to {bias}, or {use}", "lessons 00 to 10, or 13"),
    ("lessons {enhance}–{bias}", "lessons 00–10"),
    ("as in lesson\n{bias}", "as in lesson\n10"),
    ("lesson {bias}, {x}", None),
    ("the set {bias}", "the set {bias}"),
    (r"$\frac{a}{b} + x_{bias}$ in lesson $\text{use}$", None),
    ("no lesson is {bias}", "no lesson is {bias}"),
    ("sublesson {bias}", "sublesson {bias}"),
])
@pytest.mark.parametrize("code", [False, True])
def test_names_after_the_word_lesson_become_numbers(text, read, code):
    if text == "lesson {bias}, {x}":  # an unknown name in the same list
        assert references.resolve(text, ENTRIES)[1] == ["no lesson is called 'x'"]
        return
    text = f'"""{text}"""' if code else text
    assert resolved(text, code=code) == ((f'"""{read}"""' if code else read) if read else text)


@pytest.mark.parametrize(("code", "read"), [
    ("x = 1  # of lesson {bias}\ny = {1}", "x = 1  # of lesson 10\ny = {1}"),
    ("# as lesson\n# {bias} says", "# as lesson\n# 10 says"),
    ('print("lesson {bias}", {bias})', 'print("lesson 10", {bias})'),
    ('f"lesson {n}"', 'f"lesson {n}"'),
    ('f"é lesson {{bias}}: {x}"  # lesson {bias}', 'f"é lesson 10: {x}"  # lesson 10'),
    ('print(f"{x} in "\n      "lesson {{bias}}")', 'print(f"{x} in "\n      "lesson 10")'),
    ('print(f"{x:.3f} in "\n      f"{x} of lesson {{bias}}")',
     'print(f"{x:.3f} in "\n      f"{x} of lesson 10")'),
    ('f"""\nlessons {{enhance}} and {{bias}}\n{f"{x}"}"""',
     'f"""\nlessons 00 and 10\n{f"{x}"}"""'),
    ('"lesson {{bias}}"', '"lesson {{bias}}"'),
    ("title = '{title}'", "title = '{title}'"),
])
def test_in_code_comments_and_strings_are_read_and_f_strings_left_to_python(code, read):
    assert resolved(code, code=True, entry=ENTRIES["bias"]) == read


@pytest.mark.parametrize(("text", "code", "reason"), [
    ("lesson {sais}", False, "no lesson is called 'sais'"),
    ("# lesson {sais}", True, "no lesson is called 'sais'"),
    ('f"lesson {{sais}}"', True, "no lesson is called 'sais'"),
    ('f"lesson {bias}"', True, "an f-string: write {{bias}}, with doubled braces"),
])
def test_what_names_no_lesson_is_told(text, code, reason):
    assert references.resolve(text, ENTRIES, code=code)[1] == [reason]


@pytest.mark.parametrize(("name", "read"), [
    ("bias", "# 10 · Bias, 10_bias: Why? 50 minutes. Builds on lesson 00 (Enhance)."),
    ("enhance", "# 00 · Enhance, 00_enhance: Why? 50 minutes. "),
])
def test_a_text_says_what_the_list_knows(name, read):
    text = "# {title}, {folder}: {question} {minutes} minutes. {builds_on}"
    assert resolved(text, entry=ENTRIES[name]) == read
    assert resolved(text) == text  # in a deck of its own


@pytest.mark.parametrize("text", [
    r"$\text{title}$", "$x_{minutes}$", "$x^{minutes}$", "$$a{b}{title}$$", "{ title }", "{x}"])
def test_formulas_are_left_alone(text):
    assert resolved(text, entry=ENTRIES["bias"]) == text


@pytest.mark.parametrize(("name", "sentence"), [
    ("enhance", ""), ("causes", "Builds on lessons 00 (Enhance) and 10 (Bias)."),
    ("use", "Builds on lesson 10 (Bias); 00 (Enhance) and 11 (Causes) help."), ])
def test_what_a_lesson_builds_on_is_a_sentence(name, sentence):
    assert references.builds_on(ENTRIES[name], ENTRIES) == sentence


@pytest.mark.parametrize(("cell", "where"), [
    ("# %% [markdown]\n# As lesson {sais} says.", "cell 1 ('As lesson {sais} says.')"),
    ("# %%\nx = 1  # lesson {sais}", "cell 1 ('x = 1  # lesson {sais}')"),
    ('# %% slide="slide" title="Of lesson {sais}"\nx = 1', "cell 1 ('x = 1')"),
])
def test_an_unknown_name_fails_with_file_cell_and_name(tmp_path, cell, where):
    path = tmp_path / "talk.py"
    path.write_text(f"# ---\n# jupyter:\n#   course: {{}}\n# ---\n\n{cell}\n", encoding="utf-8")
    with pytest.raises(SourceError) as told:
        source.read(path)
    (problem,) = told.value.problems
    assert problem.endswith(f"{where}: no lesson is called 'sais'") and "talk.py:6" in problem
    path.write_text(path.read_text(encoding="utf-8").replace("sais", "bias"), encoding="utf-8")
    (read,) = source.read(path).cells
    digits = syllabus.read()[0]["bias"].digits
    assert f"lesson {digits}" in read.text + read.options.get("title", "")


def test_what_has_been_read_is_read_as_it_is():
    entries, _ = syllabus.read()
    for path in source.find():
        for cell in source.read(path).cells:
            text, code = cell.text, cell.type == "code"
            assert references.resolve(text, entries, code=code) == (text, [])


def test_every_lesson_says_what_it_builds_on():
    entries, _ = syllabus.read()
    for path in source.find():
        text = "\n".join(cell.text for cell in source.read(path).in_notebook[:2])
        assert references.builds_on(entries[path.stem], entries) in text
        assert f"# {entries[path.stem].digits} · " in text and entries[path.stem].question in text
