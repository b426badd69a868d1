"""Whoever changes a mark by hand, the log has it, once."""

from datetime import UTC, datetime

from course_staff.grading import changes

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def hand(score):
    return {"score": score, "by_hand": True, "open": False}


def lines(path):
    return [row[2:6] for row in changes._rows(path)]


def test_what_is_given_changed_and_withdrawn_is_noted_once(tmp_path):
    log = tmp_path / changes.FILE
    auto = {"score": 3, "by_hand": False, "open": False}
    assert changes.note(log, {"ann": {"test": auto, "why": auto}}, NOW) == 0 and not log.exists()
    marks = {"ann": {"test": auto, "why": hand(1.5)}, "bob": {"why": hand(0)}}
    assert changes.note(log, marks, NOW) == 2
    assert changes.note(log, marks, NOW) == 0
    assert changes.note(log, {"ann": {"why": hand(2)}, "bob": {"why": auto}}, NOW) == 2
    assert lines(log) == [["ann", "why", "", "1.5"], ["bob", "why", "", "0"],
                          ["ann", "why", "1.5", "2"], ["bob", "why", "0", ""]]
    assert changes.note(log, {"ann": {"why": hand(2)}}, NOW) == 0  # who isn't looked at stays


def test_who_is_forgotten_is_not_in_the_log(tmp_path):
    log = tmp_path / changes.FILE
    changes.forget(log, {"ann"})
    changes.note(log, {"ann": {"why": hand(1)}, "ann_2": {"why": hand(2)}}, NOW)
    changes.forget(log, {"ann"})
    assert lines(log) == [["ann_2", "why", "", "2"]]
    assert list(tmp_path.iterdir()) == [log]


def test_an_older_log_is_kept_and_gets_the_new_columns(tmp_path):
    log = tmp_path / changes.FILE
    old = "2026-10-01T00:00:00+00:00,me,ann,why,,1"
    log.write_text(f"seen,account,student,cell,before,after\n{old}\n", encoding="utf-8")
    assert changes.note(log, {"ann": {"why": hand(1)}}, NOW) == 0
    assert changes.note(log, {"ann": {"why": hand(2)}}, NOW) == 1
    assert lines(log) == [["ann", "why", "", "1"], ["ann", "why", "1", "2"]]
    head, first, _ = log.read_text(encoding="utf-8").splitlines()
    assert head == ",".join(changes.HEAD) and first == f"{old},,"


def test_a_comment_alone_repeats_the_mark(tmp_path):
    log = tmp_path / changes.FILE
    changes.note(log, {"ann": {"why": hand(1)}}, NOW)
    changes.add(log, [changes.Change("ann", "why", comment="Good.")], NOW, "bob")
    assert changes._rows(log)[1] == [NOW.isoformat(timespec="seconds"), "bob", "ann", "why", "1",
                                     "1", "", "Good."]
