"""Decks from the sources: ``course slides [LESSON … | workshop | workshop_20]``.

1.  `deck`: read the source, take the pictures from the executed notebook (those of a deck of its
    own, or all if asked to, from `large`, drawn anew for a large room), refuse slides that can't
    be read from the back row;
2.  `html`: write one HTML file per deck that needs nothing else, in any browser, offline;
3.  `pdf`: print it, if asked to.
"""

import shutil
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from course_staff.authoring import source
from course_staff.authoring.source import ROOT, SourceError

if TYPE_CHECKING:
    from course_staff.publishing.slides.deck import Deck

    _Make = Callable[..., Deck]


def choose(names: Sequence[str]) -> "list[tuple[_Make, Path]]":
    """Return the decks asked for, all by default: a list of (function that makes it, path).

    Raises
    ------
    SourceError
        If a name fits neither a deck nor a lesson.
    """
    from course_staff.publishing.slides.deck import has_short, lesson_deck, own_deck

    own: dict[str, tuple[_Make, Path]] = {}
    for path in sorted((ROOT / "decks").glob("*.py")):
        own[path.stem] = own_deck, path
        if minutes := has_short(path):
            own[f"{path.stem}_{minutes}"] = partial(own_deck, short=True), path
    lessons = [name for name in names if name not in own]
    chosen = [deck for name, deck in own.items() if name in names or not names]
    if lessons or not names:
        chosen[:0] = [(lesson_deck, path) for path in source.find(lessons)]
    return chosen


def run(args: Namespace) -> int:
    """Make the decks asked for; returns the exit status, 1 if any has a problem."""
    from course_staff.publishing.slides import html, large, pdf
    from course_staff.publishing.slides.deck import aloud, lesson_deck

    folder, status, written = Path(args.out), 0, []
    folder.mkdir(parents=True, exist_ok=True)
    try:
        chosen = choose(args.deck)
    except SourceError as error:
        print(error, file=sys.stderr)
        return 1
    shutil.copy(Path(__file__).parent / "assets" / "LICENSES.md", folder)
    for make, path in chosen:
        own = make is not lesson_deck
        try:
            deck = make(path, large.named if own else large.executed if args.large else None)
        except SourceError as error:
            print(error, file=sys.stderr)
            status = 1
            continue
        target = folder / f"{deck.name}.html"
        target.write_text(html.render(deck), encoding="utf-8", newline="\n")
        written.append(target)
        print(f"{target}: {len(deck.slides)} slides", flush=True)
        if own:
            print(*(f"  {line}" for line in aloud(deck)), sep="\n", flush=True)
    if args.pdf:
        for target in pdf.write(written):
            print(target)
    return status
