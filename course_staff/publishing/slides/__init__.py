"""Decks from the sources: ``course slides [LESSON … | workshop]``.

1.  `deck`: read the source, take the pictures from the executed notebook (or from `large`, drawn
    anew for a large room), refuse slides that can't be read from the back row;
2.  `html`: write one HTML file per deck that needs nothing else, in any browser, offline;
3.  `pdf`: print it, if asked to.
"""

import shutil
import sys
from pathlib import Path

from course_staff.authoring import source
from course_staff.authoring.source import ROOT, SourceError


def own_decks():
    """Return the files of decks that are no lesson's."""
    return sorted((ROOT / "decks").glob("*.py"))


def choose(names):
    """Return the decks asked for, all by default: a list of (function that makes it, path)."""
    from course_staff.publishing.slides.deck import lesson_deck, own_deck

    own = {path.stem: path for path in own_decks()}
    lessons = [name for name in names if name not in own]
    chosen = [(lesson_deck, path) for path in source.find(lessons)] if lessons or not names else []
    return chosen + [(own_deck, path) for name, path in own.items() if name in names or not names]


def run(args):
    """Make the decks asked for; returns the exit status, 1 if any has a problem."""
    from course_staff.publishing.slides import html, large, pdf

    folder, status, written = Path(args.out), 0, []
    folder.mkdir(parents=True, exist_ok=True)
    try:
        chosen = choose(args.deck)
    except SourceError as error:
        print(error, file=sys.stderr)
        return 1
    shutil.copy(Path(__file__).parent / "assets" / "LICENSES.md", folder)
    for make, path in chosen:
        try:
            deck = make(path, large.executed if args.large else None)
        except SourceError as error:
            print(error, file=sys.stderr)
            status = 1
            continue
        target = folder / f"{deck.name}.html"
        target.write_text(html.render(deck), encoding="utf-8", newline="\n")
        written.append(target)
        print(f"{target}: {len(deck.slides)} slides", flush=True)
    if args.pdf:
        for target in pdf.write(written):
            print(target)
    return status
