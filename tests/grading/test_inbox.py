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
        "noetheremmy": (f"noetheremmy_LATE_102_204_{LESSON}.ipynb", set())}


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
    yield "long_name", made("a" * 300 + ".ipynb"), "a" * 100 + "a" * 14 + ".ipynb"
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
