"""Which file is whose: three layouts, zips, odd names, and nothing outside its folder."""

import os
import zipfile

import pytest

from course_lib.commands import Told
from course_staff.grading import inbox
from course_staff.grading.normalise import harmless

LESSON = "02_deconvolution"


def touch(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}", encoding="utf-8")


def matched(place, folder):
    return {each.student: (each.path.name if each.path else None, {word for word, _ in each.flags})
            for each in inbox.collect(place, LESSON, folder / "unpacked")}


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


def test_no_name_leads_out_of_the_folder(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for name in (f"../../eve_{LESSON}.ipynb", f"/etc/mallory_{LESSON}.ipynb",
                     f"=cmd_{LESSON}.ipynb", f"a/../../../trent_{LESSON}.ipynb"):
            archive.writestr(name, "{}")
    inside = tmp_path / "unpacked"
    found = inbox.collect(tmp_path / "all.zip", LESSON, inside)
    for each in found:
        assert each.path is None or each.path.resolve().is_relative_to(inside)
        assert not each.student.startswith(("=", ".", "/", "+", "-", "@"))
        assert "/" not in each.student
    outside = [path for path in tmp_path.rglob("*") if not path.is_relative_to(inside)]
    assert outside == [tmp_path / "all.zip"]


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
    lines = list(inbox.table(inbox.collect(tmp_path / "in", LESSON, tmp_path / "unpacked")))
    assert lines[0].split() == ["student", "file"]
    assert lines[1].startswith("ada") and "other.ipynb" in lines[1] and "! the file" in lines[1]


@pytest.mark.parametrize("text", [
    "<script>x</script>", "a <b onclick=x>", "<!-- x -->", "</pre>", "![x](http://192.0.2.1/x.png)",
    "[x](javascript:x)", "[x](JaVaScRiPt:x)", "$\\href{x}{y}$", "&#60;script&#62;", "[x](data:x)"])
def test_active_markdown_is_made_harmless(text):
    assert harmless(text) != text
    assert harmless(text).replace("\u200b", "") in (text, text.replace("![", "["))


@pytest.mark.parametrize("text", [
    "$a < b$ and 3 < 4", "`x <= y`", "**bold** [link](https://example.org)", "R&D",
    "![photo](attachment:photo.png)", "$\\alpha\\sum$"])
def test_plain_markdown_is_left_alone(text):
    assert harmless(text) == text
