"""Rows as JSON lines: what is written is what is read, and a file that changed is refused."""

import pytest

from course_lib.data import checksum, read_rows, verified_path, write_rows


def test_rows_come_back_in_their_order_and_a_changed_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    rows, file = [{"seed": 1, "ranks": [3, 4]}, {"note": "λ\u2028two\nlines"}], tmp_path / "a.jsonl"
    write_rows(file, rows[:1])
    write_rows(file, rows[1:], append=True)
    (tmp_path / "checksums.json").write_text(f'{{"a.jsonl": "{checksum(file)}"}}', "utf-8")
    assert read_rows(verified_path("a.jsonl")) == rows
    assert file.read_bytes().count(b"\n") == 2 and b"\r" not in file.read_bytes()
    write_rows(file, rows[:1], append=True)
    with pytest.raises(ValueError, match="a.jsonl is not the file that the course shipped"):
        verified_path("a.jsonl")
    write_rows(file, [])
    assert read_rows(file) == []
