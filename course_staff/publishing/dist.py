"""All that is handed out, in one folder: ``course dist``.

The students' zip, the decks for a large room with their PDFs, the pages to read, and the book.
"""

from argparse import Namespace
from pathlib import Path

from course_staff.grading import release
from course_staff.publishing import book, site, slides


def run(args: Namespace) -> int:
    """Make everything; returns the exit status, 1 if any part failed."""
    folder = Path(args.out)
    return max(
        release.run(Namespace(lesson=[], out=folder)),
        slides.run(Namespace(deck=[], out=folder / "slides", pdf=True, large=True)),
        # First, so that the landing page leads to it.
        book.run(Namespace(lesson=[], out=folder / "site" / site.BOOK)),
        site.run(Namespace(out=folder / "site")))
