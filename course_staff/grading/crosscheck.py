"""What two looks at one submission disagree about.

A test is run twice: by the referee, out of reach, which gives the mark; and in the student's own
kernel, as a learner would run it.  A disagreement means that something in the kernel was bent (or
that an answer depends on more than its arguments).  And an answer that passes but differs from the
reference on fresh inputs may have been made for the inputs that the tests use.  Either is a flag
for a person.  Neither changes a mark.
"""



from course_staff.grading.shapes import Flag, Verdict


def flags(tests: dict[str, Verdict]) -> list[Flag]:
    """Return the flags that a submission's verdicts give."""
    found = []
    for name, test in tests.items():
        kernel, error = test.get("kernel"), test.get("error")
        if test["stopped"]:  # by the grader's own account: names of errors can be chosen
            continue
        if error is not None and kernel is None:
            found.append(f"{name} passes in the notebook's own kernel, but not when it is run from "
                         f"outside: {error['text'] or error['name']}")
        elif error is None and kernel is not None:
            found.append(f"{name} fails in the notebook's own kernel, but passes when it is run "
                         f"from outside: {kernel['text'] or kernel['name']}")
        if test.get("fresh"):
            found.append(f"{name}: {test['fresh']}")
    return [("cross-check", sentence[:400]) for sentence in found]
