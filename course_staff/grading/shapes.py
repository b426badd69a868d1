"""What grading's steps hand to each other: plain data, kept as JSON, sent to workers.

Notebooks, cells and outputs are as in nbformat's JSON.
"""

from typing import Any, NotRequired, TypedDict

Node = dict[str, Any]  # a notebook, one of its cells, or an output
Flag = tuple[str, str]  # a word (`report.ATTENTION`) and a sentence


class Error(TypedDict):
    """What a cell raised: the class's name and the message."""

    name: str
    text: str


class Parts(TypedDict):
    """A test cell: what students see, what they don't, and what they are told of the latter."""

    visible: str
    hidden: str
    hint: str


class Test(Parts):
    """A test with the exercise that it belongs to."""

    exercise: str
    points: float


class Solution(TypedDict):
    """The functions that a solution cell's stub leaves open, and the reference answer."""

    functions: list[str]
    reference: str


class Template(TypedDict):
    """A lesson as it was released.

    ``notebook`` has hidden tests and no answers; ``tests`` and ``solutions`` are by grade id, in
    order; ``answers`` are the points of written answers and tasks; ``program`` holds the cells that
    the referee runs; ``right`` other right answers by exercise; ``rubrics`` model answers and
    rubrics of written ones (releases of before have none).
    """

    name: str
    title: str
    notebook: Node
    tests: dict[str, Test]
    answers: dict[str, float]
    solutions: dict[str, Solution]
    program: list[Node]
    right: dict[str, list[str]]
    rubrics: NotRequired[dict[str, str]]


class Trial(TypedDict):
    """What the reference answers showed of a release on this machine.

    ``inside`` are the tests that are marked in the kernel, ``comparable`` those after which answers
    are compared with the reference on fresh inputs; ``seconds`` the run took.
    """

    inside: list[str]
    comparable: list[str]
    seconds: float


class Job(TypedDict):
    """All that running one submission needs.

    ``notebook`` is normalised; ``template`` and ``bundle`` are paths of the lesson's JSON and of
    the release; ``limits`` are a `sandbox.Limits`'; ``seed`` is secret, None compares nothing.
    """

    notebook: Node
    template: str
    bundle: str
    limits: dict[str, Any]
    sandboxed: bool
    seed: int | None
    inside: list[str]
    comparable: list[str]


class Verdict(TypedDict):
    """What is known of one test of a submission.

    ``error`` is of the visible part, outside; ``hidden`` whether the hidden part failed;
    ``kernel`` what the visible part raised in the kernel; ``fresh`` how the answer differs from the
    reference; ``stopped`` whether the kernel ended or was stopped, so that there is nothing to
    compare.
    """

    passed: bool
    error: Error | None
    hidden: bool
    kernel: Error | None
    fresh: str | None
    stopped: bool


class Judgement(TypedDict):
    """What the referee says of a test: what its two parts raised, and `Verdict`'s ``fresh``."""

    test: str
    visible: Error | None
    hidden: Error | None
    passed: bool
    fresh: NotRequired[str | None]


class Outcome(TypedDict):
    """What running a submission gave: outputs of each cell, verdicts by grade id."""

    outputs: list[list[Node]]
    tests: dict[str, Verdict]
    flags: list[Flag]
    seconds: float


class Mark(TypedDict, total=False):
    """What the gradebook holds of a graded cell; ``open``: it waits for a person."""

    score: float
    by_hand: bool
    open: bool
    comment: str


class Result(TypedDict):
    """What is kept of a graded submission.

    ``name`` is the student's, as the roster or the file has it; ``came`` names the folders and
    files it came in, ``when`` is the time of the one that counts, in UTC, if known (`inbox`);
    ``stamp`` is its release; ``digest`` tells whether it need be graded again.
    """

    student: str
    name: str
    lesson: str
    file: str
    came: list[str]
    when: str | None
    stamp: str
    digest: str | None
    flags: list[Flag]
    tests: dict[str, Verdict]
    seconds: float
    inside: list[str]
    limits: str
