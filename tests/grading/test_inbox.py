"""Which file is whose: three layouts, zips, odd names, and nothing outside its folder."""

import io
import os
import re
import shutil
import time
import zipfile
from html import unescape
from urllib.parse import unquote

import pytest
from nbconvert.filters.markdown import markdown2html

from course_lib.desk.commands import Told
from course_staff.grading import inbox
from course_staff.grading.normalise import harmless

LESSON = "02_deconvolution"


def touch(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}", encoding="utf-8")


def matched(place, folder):
    return {each.student: (each.path.name if each.path else None, {word for word, _ in each.flags})
            for each in inbox.collect(place, LESSON, folder / "unpacked")[0]}


def test_nbgraders_own_layout(tmp_path):
    touch(tmp_path / "in" / "ada" / LESSON / f"{LESSON}.ipynb")
    touch(tmp_path / "in" / "ada" / LESSON / ".ipynb_checkpoints" / f"{LESSON}-checkpoint.ipynb")
    touch(tmp_path / "in" / "ada" / "01_image_formation" / "01_image_formation.ipynb")
    touch(tmp_path / "in" / "bob" / "01_image_formation" / "01_image_formation.ipynb")
    assert matched(tmp_path / "in", tmp_path) == {
        "ada": (f"{LESSON}.ipynb", set()), "bob": (None, {"missing"})}


def test_a_folder_per_student(tmp_path):
    touch(tmp_path / "in" / "Ada Lovelace_4711_assignsubmission_file_" / f"{LESSON}.ipynb")
    touch(tmp_path / "in" / "Émilie du Châtelet_12_assignsubmission_file" / "my work.ipynb")
    (tmp_path / "in" / "Bob_13_assignsubmission_file_").mkdir()
    assert matched(tmp_path / "in", tmp_path) == {
        "Ada_Lovelace": (f"{LESSON}.ipynb", set()),
        "Émilie_du_Châtelet": ("my work.ipynb", {"renamed"}), "Bob": (None, {"missing"})}


def test_flat_files_in_a_zip(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr(f"lovelaceada_101_202_{LESSON}.ipynb", "{}")
        archive.writestr(f"lovelaceada_101_203_{LESSON}-1.ipynb", "{}")
        archive.writestr(f"noetheremmy_LATE_102_204_{LESSON}.ipynb", "{}")
        archive.writestr("readme.txt", "not one of them")
    assert matched(tmp_path / "all.zip", tmp_path) == {
        "lovelaceada": (f"lovelaceada_101_203_{LESSON}-1.ipynb", {"duplicated"}),
        "noetheremmy": (f"noetheremmy_LATE_102_204_{LESSON}.ipynb", {"late"})}


def test_namesakes_stay_two_students(tmp_path):
    touch(tmp_path / "in" / "Li Wei_4711_assignsubmission_file_" / f"{LESSON}.ipynb")
    touch(tmp_path / "in" / "Li Wei_4712_assignsubmission_file_" / f"{LESSON}.ipynb")
    (tmp_path / "in" / "Li Wei_4712_assignsubmission_onlinetext_").mkdir()
    touch(tmp_path / "in" / f"smithann_101_7_{LESSON}.ipynb")
    touch(tmp_path / "in" / f"smithann_101_8_{LESSON}.ipynb")
    touch(tmp_path / "in" / f"smithann_102_9_{LESSON}.ipynb")
    assert matched(tmp_path / "in", tmp_path) == {
        "Li_Wei_4711": (f"{LESSON}.ipynb", {"namesake"}),
        "Li_Wei_4712": (f"{LESSON}.ipynb", {"namesake"}),
        "smithann_101": (f"smithann_101_8_{LESSON}.ipynb", {"namesake", "duplicated"}),
        "smithann_102": (f"smithann_102_9_{LESSON}.ipynb", {"namesake"})}


@pytest.mark.parametrize("zipped", [False, True])
def test_nothing_vanishes(tmp_path, zipped):
    place = tmp_path / "in"
    for name in (f"adam_1234_{LESSON}.ipynb.txt", f"berta_1235_{LESSON}.IPYNB",
                 f"carl_1236_{LESSON}.json", "dora_1237_homework.pdf", "readme.txt",
                 "emil/work.docx", "fred/work.ipynb.json", "fred/figure.png", "!.ipynb"):
        touch(place / name)
    if zipped:
        shutil.make_archive(str(tmp_path / "all"), "zip", place)
        place = tmp_path / "all.zip"
    found, aside = inbox.collect(place, LESSON, tmp_path / "unpacked")
    assert {each.student: [word for word, _ in each.flags] for each in found} == {
        "adam": ["renamed"], "berta": ["renamed"], "carl": ["missing"], "dora": ["missing"],
        "emil": ["missing"], "fred": ["renamed"]}
    assert len(aside) == 2 and "readme.txt" in aside
    lines = list(inbox.table(found, aside))
    assert "readme.txt" in lines[-1] and "carl" in lines[3] and ".json" in lines[3]
    assert "work.docx" in lines[5]


def test_no_name_leads_out_of_the_folder(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for name in (f"../../eve_{LESSON}.ipynb", f"/etc/mallory_{LESSON}.ipynb",
                     f"=cmd_{LESSON}.ipynb", f"a/../../../trent_{LESSON}.ipynb"):
            archive.writestr(name, "{}")
    inside = tmp_path / "unpacked"
    found, _ = inbox.collect(tmp_path / "all.zip", LESSON, inside)
    for each in found:
        assert each.path is None or each.path.resolve().is_relative_to(inside)
        assert not each.student.startswith(("=", ".", "/", "+", "-", "@"))
        assert "/" not in each.student
    outside = [path for path in tmp_path.rglob("*") if not path.is_relative_to(inside)]
    assert outside == [tmp_path / "all.zip"]


def broken_zips():
    """What can be wrong with a zip, by name."""
    def made(*entries, spoil=lambda content: content):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name in entries:
                archive.writestr(name, "{}" * 50)
        return bytes(spoil(bytearray(file.getvalue())))

    def encrypted(content):
        content[6] |= 1
        content[content.rindex(b"PK\x01\x02") + 8] |= 1
        return content

    def changed(content):
        content[60] ^= 1
        return content

    name = f"{LESSON}.ipynb"
    yield "changed", made(name, spoil=changed), name
    yield "encrypted", made(name, spoil=encrypted), name
    yield "long_name", made("a" * 300 + ".ipynb"), "a" * 120 + "~7c1080.ipynb"
    yield "file_as_folder", made("a.ipynb", "a.ipynb/b.ipynb"), None
    yield "no_zip", b"PK\x03\x04 and then nothing", None


def test_a_broken_zip_stops_nobody(tmp_path):
    touch(tmp_path / "in" / "zoe" / f"{LESSON}.ipynb")
    for student, content, _ in broken_zips():
        (tmp_path / "in" / student).mkdir()
        (tmp_path / "in" / student / "work.zip").write_bytes(content)
    found = matched(tmp_path / "in", tmp_path)
    assert found["zoe"] == (f"{LESSON}.ipynb", set())
    for student, _, file in broken_zips():
        assert found[student][0] == file
        assert file or found[student][1] == {"unreadable", "missing"}


def test_a_students_zip_has_bounds_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(inbox, "LARGEST_ONE", 5)
    touch(tmp_path / "in" / "zoe" / f"{LESSON}.ipynb")
    with zipfile.ZipFile(tmp_path / "in" / "adam.zip", "w") as archive:
        archive.writestr(f"{LESSON}.ipynb", " " * 10)
    found = matched(tmp_path / "in", tmp_path)
    assert found == {"zoe": (f"{LESSON}.ipynb", set()), "adam": (None, {"unreadable", "missing"})}


@pytest.mark.skipif(os.name != "posix", reason="names are Unicode elsewhere")
def test_any_name_can_be_shown(tmp_path):
    (tmp_path / "in").mkdir()
    for name in (b"M\xfcller_12345_x.ipynb", b"dora\x1b[31m_12345_\n.ipynb"):
        with open(os.fsencode(tmp_path / "in") + b"/" + name, "wb") as file:
            file.write(b"{}")
    found, _ = inbox.collect(tmp_path / "in", LESSON, tmp_path / "unpacked")
    assert len(found) == 2
    for line in inbox.table(found):
        line.encode()
        assert line.isprintable()


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_links_are_not_followed(tmp_path):
    touch(tmp_path / "secret.ipynb")
    (tmp_path / "in" / "eve").mkdir(parents=True)
    (tmp_path / "in" / "eve" / f"{LESSON}.ipynb").symlink_to(tmp_path / "secret.ipynb")
    (tmp_path / "in" / f"mallory_{LESSON}.ipynb").symlink_to(tmp_path / "secret.ipynb")
    assert matched(tmp_path / "in", tmp_path) == {"eve": (None, {"missing"})}


def test_nothing_there_is_told(tmp_path):
    (tmp_path / "in").mkdir()
    with pytest.raises(Told, match="holds no notebooks"):
        inbox.collect(tmp_path / "in", LESSON, tmp_path / "unpacked")
    with pytest.raises(Told, match="neither a folder nor a zip"):
        inbox.collect(tmp_path / "no", LESSON, tmp_path / "unpacked")


def test_the_table_says_who_and_what(tmp_path):
    touch(tmp_path / "in" / "ada" / "other.ipynb")
    lines = list(inbox.table(*inbox.collect(tmp_path / "in", LESSON, tmp_path / "unpacked")))
    assert lines[0].split() == ["student", "file"]
    assert lines[1].startswith("ada") and "other.ipynb" in lines[1] and "! the file" in lines[1]


@pytest.mark.parametrize("text", [
    "<script>x</script>", "a <b onclick=x>", "<!-- x -->", "</pre>", "![x](http://192.0.2.1/x.png)",
    "[x](javascript:x)", "[x](JaVaScRiPt:x)", "$\\href{x}{y}$", "&#60;script&#62;", "[x](data:x)",
    "[x](javascript\\:x)", "[x](data\\:x)", "[x](vbscript\\\\:x)", "[x]: javascript\\:x",
    "[x](< java\tscript: x>)", "[x](file:///etc)", "[x](vscode:x)", "$\\mmlToken{mi}[href=x]{y}$",
    "!![x](http://192.0.2.1)", "![[a](attachment:x)](http://192.0.2.1)",
    "![a\\](attachment:x)](http://192.0.2.1)", "![`](attachment:x)`](http://192.0.2.1)",
    "![a](attachment:x y)", "![a][b]"])
def test_active_markdown_is_made_harmless(text):
    assert harmless(text) != text
    assert harmless(text).replace("\u200b", "") in (text, re.sub(r"!+\[", "[", text))


def links(html):
    return re.findall(r'(?:href|src)="([^"]*)"', html)


@pytest.mark.parametrize("text", [
    "[x](javascript\\:x)", "[x](data\\:x)", "[x][y]\n\n[y]: javascript\\:x",
    "[x](< java\tscript: x>)", "!![x](http://192.0.2.1/x.png)",
    "![[a](attachment:x)](http://192.0.2.1)", "![a\\](attachment:x)](http://192.0.2.1)",
    "![a](attachment:x y)\n\n[a]: http://192.0.2.1/x.png"])
def test_what_formgrader_shows_runs_and_fetches_nothing(text):
    shown = markdown2html(harmless(text))
    assert "<img" not in shown
    for link in links(shown):
        assert not re.match(r"(?i)\s*(java\s*script|data|vbscript):", unquote(unescape(link)))


def test_brackets_take_no_time():
    begin = time.process_time()
    harmless("![" * 100_000)
    harmless("a." * 100_000)
    assert time.process_time() - begin < 5


@pytest.mark.parametrize("text", [
    "$a < b$ and 3 < 4", "Note: x[1:2], $f:X$ at 12:30, and so on.",
    "`x <= y`", "**bold** [link](https://example.org)", "R&D",
    "![photo](attachment:photo.png)", "$\\alpha\\sum$"])
def test_plain_markdown_is_left_alone(text):
    assert harmless(text) == text


# --- the right file -------------------------------------------------------------------------------


def zipped(path, *entries):
    """Write a zip of (name, text, date) entries; dates are (year, month, day, …)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, text, date in entries:
            archive.writestr(zipfile.ZipInfo(name, date), text)


def taken(place, folder):
    """Return by student what the file says that was taken."""
    return {each.student: each.path and each.path.read_text(encoding="utf-8")
            for each in inbox.collect(place, LESSON, folder / "unpacked")[0]}


OLD, NEW = (2026, 1, 1, 0, 0, 0), (2026, 2, 2, 10, 30, 0)
# Beside a student's own notebook: what nobody wrote, or wrote before.
OTHERS = {
    "autosave": f".ipynb_checkpoints/{LESSON}-checkpoint.ipynb",
    "loose autosave": f"{LESSON}-checkpoint.ipynb",
    "resource fork": f"._{LESSON}.ipynb", "of a Mac": f"__MACOSX/._{LESSON}.ipynb",
    "backup": f"work/backups/{LESSON}/2026-02-03/{LESSON}.ipynb",
    "as handed out": f"lessons/{LESSON}/{LESSON}.ipynb",
    "repository": f".git/{LESSON}.ipynb", "lock": f".~{LESSON}.ipynb"}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("mine", [f"{LESSON}.ipynb", "my work.ipynb", f"hw/{LESSON}_ann.ipynb"])
@pytest.mark.parametrize("layout", ["folder", "zip", "zip in a folder", "zip of all"])
def test_what_a_program_left_is_not_taken_for_the_answer(tmp_path, mine, other, layout):
    entries = [("work/" + mine, "MINE", OLD), (other, "OTHER", NEW)]
    place = tmp_path / "in"
    if layout == "folder":
        for name, text, _ in entries:
            touch(place / "ann" / name)
            (place / "ann" / name).write_text(text, encoding="utf-8")
    elif layout == "zip of all":
        place = tmp_path / "all.zip"
        zipped(place, *((f"ann/{name}", text, date) for name, text, date in entries))
    else:
        zipped(place / "ann.zip" if layout == "zip" else place / "ann" / "w.zip", *entries)
    assert taken(place, tmp_path) == {"ann": "MINE"}


def test_a_zips_dates_decide_and_are_kept(tmp_path):
    zipped(tmp_path / "in" / "dee.zip", (f"b/{LESSON}.ipynb", "MINE", NEW),
           (f"c/{LESSON}.ipynb", "OLDER", OLD))
    zipped(tmp_path / "in" / "eli.zip", (f"{LESSON}.ipynb", "MINE", (1980, 1, 1, 0, 0, 0)))
    assert taken(tmp_path / "in", tmp_path) == {"dee": "MINE", "eli": "MINE"}
    dee, eli = inbox.collect(tmp_path / "in", LESSON, tmp_path / "unpacked")[0]
    assert dee.when.astimezone().timetuple()[:5] == NEW[:5] and eli.when is None


@pytest.mark.parametrize("folder", [
    "01_homework", f"{LESSON}_ann", LESSON.title(), f"01_image_formation/{LESSON}",
    "03_deconvolution", LESSON])
def test_whatever_a_folder_is_called_what_fits_is_taken(tmp_path, folder):
    name = folder if folder == "03_deconvolution" else LESSON  # numbers move between versions
    touch(tmp_path / "in" / "ann" / folder / f"{name}.ipynb")
    assert matched(tmp_path / "in", tmp_path)["ann"][0] == f"{name}.ipynb"


def test_two_zips_of_one_student_are_both_seen(tmp_path):
    for name, text, date in (("a.zip", "OLDER", OLD), ("b.zip", "MINE", NEW)):
        zipped(tmp_path / "in" / "ann" / name, (f"{LESSON}.ipynb", text, date))
    (ann,), _ = inbox.collect(tmp_path / "in", LESSON, tmp_path / "unpacked")
    assert ann.path.read_text(encoding="utf-8") == "MINE"
    assert ann.flags == [("duplicated", f"2 notebooks; {LESSON}.ipynb was graded")]


@pytest.mark.parametrize("one, other", [
    ("नीता", "नूता"), ("O'Brien", "O_Brien"), ("what?", "what*"), ("a" * 200 + "1", "a" * 200 + "2"),
    (".ann", "ann"), ("ann.", "ann")])
def test_in_a_zip_of_all_people_stay_apart(tmp_path, one, other):
    zipped(tmp_path / "all.zip", *((f"{name}/{LESSON}.ipynb", name, NEW) for name in (one, other)))
    assert sorted(taken(tmp_path / "all.zip", tmp_path).values()) == sorted([one, other])


def test_names_in_a_macs_zip_are_read(tmp_path):
    path = tmp_path / "all.zip"
    zipped(path, (f"Zoë/{LESSON}.ipynb", "MINE", NEW))
    content = bytearray(path.read_bytes())
    for start, place in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        content[content.index(start) + place] &= ~8  # no word of UTF-8
    path.write_bytes(content)
    assert taken(path, tmp_path) == {"Zoë": "MINE"}


def test_canvas_and_moodle_name_people_each_in_their_way(tmp_path):
    for name in (f"bellada_LATE_5_77_{LESSON}.ipynb", f"anon_a1B2c_78_{LESSON}.ipynb",
                 "chenbo_6_79_homework.pdf", f"Li Wei_7_assignsubmission_file_{LESSON}.ipynb",
                 f"ada_late_{LESSON}.ipynb", "noether_late_1234_text.html"):
        touch(tmp_path / "in" / name)
    found = inbox.collect(tmp_path / "in", LESSON, tmp_path / "unpacked")[0]
    assert {(each.owners[0].name, each.owners[0].number, each.owners[0].lms,
             "late" in dict(each.flags)) for each in found} == {
        ("bellada", "5", "canvas", True), ("anon_a1B2c", "anon_a1B2c", "canvas", False),
        ("chenbo", "6", "canvas", False), ("Li Wei", "7", "moodle", False),
        ("ada", "", "", True), ("noether", "1234", "", True)}


def test_hidden_files_are_told_and_systems_are_not(tmp_path):
    for name in ("ann/x.ipynb", ".bob/x.ipynb", f".cy_{LESSON}.ipynb", ".DS_Store", "Thumbs.db",
                 "._ann", "🦊/x.ipynb"):
        touch(tmp_path / "in" / name)
    found, aside = inbox.collect(tmp_path / "in", LESSON, tmp_path / "unpacked")
    assert [each.student for each in found] == ["ann", "🦊"]
    assert sorted(aside) == [".bob", f".cy_{LESSON}.ipynb"]


def test_a_zip_with_too_many_files_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(inbox, "MOST_FILES", 2)
    zipped(tmp_path / "all.zip", *((f"s{n}/{LESSON}.ipynb", "{}", NEW) for n in range(3)))
    with pytest.raises(Told, match="more than 2 files"):
        inbox.collect(tmp_path / "all.zip", LESSON, tmp_path / "unpacked")


@pytest.mark.parametrize("names", [
    (f"Ada Bell_1_assignsubmission_file/{LESSON}.ipynb", "Bo_2_assignsubmission_file_/x.ipynb"),
    (f"bellada_11_21_{LESSON}.ipynb", f"chenbo_LATE_12_22_{LESSON}.ipynb")])
def test_a_class_that_is_wrapped_in_a_folder_is_no_student(tmp_path, names):
    zipped(tmp_path / "all.zip", *((f"download/{name}", "{}", NEW) for name in names),
           ("__MACOSX/download/._x", "", NEW), ("download/.DS_Store", "", NEW))
    assert len(taken(tmp_path / "all.zip", tmp_path)) == 2
    zipped(tmp_path / "one.zip", ("ann/hw1/x.ipynb", "{}", NEW), ("ann/hw2/y.ipynb", "{}", NEW))
    assert list(taken(tmp_path / "one.zip", tmp_path)) == ["ann"]
