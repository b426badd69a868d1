"""All that is handed out, in one folder: ``course dist``.

The students' zip, the decks for a large room with their PDFs, and the pages to read.
"""

from argparse import Namespace
from pathlib import Path

from course_staff.grading import release
from course_staff.publishing import site, slides


def run(args: Namespace) -> int:
    """Make everything; returns the exit status, 1 if any part failed."""
    folder = Path(args.out)
    return max(
        release.run(Namespace(lesson=[], out=folder)),
        slides.run(Namespace(deck=[], out=folder / "slides", pdf=True, large=True)),
        site.run(Namespace(out=folder / "site")))
