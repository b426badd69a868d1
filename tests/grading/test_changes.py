"""Whoever changes a mark by hand, the log has it, once."""

from datetime import UTC, datetime

from course_staff.grading import changes

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def hand(score):
    return {"score": score, "by_hand": True, "open": False}


def lines(path):
    return [row[2:] for row in changes._rows(path)]


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
