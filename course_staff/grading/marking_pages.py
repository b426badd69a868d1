"""The marking page, beside formgrader in the same server: `course marking` opens it.

Every page carries a policy under which no script runs but the course's own, and nothing is fetched
from elsewhere; formulas are set by the MathJax that the course carries.  An extension of Jupyter's
server, which brings the token, cookies and protection against other pages' requests.
"""

import json
import os
import re
import secrets
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

from nbgrader.server_extensions.formgrader.base import BaseHandler, check_xsrf
from tornado import web

from course_staff.grading import changes, marking
from course_staff.grading.marking import (
    BLIND,
    MARKER,
    Meanwhile,
    Pile,
    Refused,
    Sheet,
    hide,
    names_of,
    shown,
)
from course_staff.grading.pages import escape, page, points, table
from course_staff.grading.people import People

SCRIPT = Path(__file__).with_name("jupyter") / "marking.js"
FORMULA = re.compile(r"\$|\\[(\[]|\\begin\b")
MOST_FORMULAS = 600  # beginnings and ends; beyond that formulas are shown as typed
STYLE = """
body { max-width: 90rem; } nav { display: flex; gap: 1rem; flex-wrap: wrap; align-items: baseline; }
main { display: grid; grid-template-columns: minmax(0, 3fr) minmax(22rem, 2fr); gap: 2rem; }
@media (max-width: 60rem) { main { display: block; } }
#form { align-self: start; position: sticky; top: .5rem; max-height: 96vh; overflow-y: auto; }
fieldset { border: 1px solid #ccc; margin: .5rem 0; } fieldset p { margin: .2rem 0; }
fieldset.open { border-left: 4px solid #0072b2; }
label { margin-right: 1rem; white-space: nowrap; }
textarea { width: 100%; height: 6rem; font: inherit; box-sizing: border-box; }
#mark { font-size: 1.3rem; } #comments { padding: 0; } #comments li { display: flex; gap: .5rem; }
#comments button { text-align: left; white-space: pre-wrap; overflow-wrap: anywhere; }
kbd { border: 1px solid #999; border-radius: 3px; padding: 0 .3em; background: #f5f5f2; }
.answer { border: 1px solid #ddd; padding: 0 1rem; overflow-wrap: anywhere; overflow-x: auto;
          contain: paint; /* whatever a formula is styled with, it stays in here */ }
"""
KEYS = ("<p class=small><kbd>1</kbd>–<kbd>9</kbd> item: full, half, none · <kbd>0</kbd> the open "
        "ones: none · <kbd>n</kbd> <kbd>p</kbd> or <kbd>→</kbd> <kbd>←</kbd> next, previous · "
        "<kbd>u</kbd> next unmarked · <kbd>Enter</kbd> save as it is · "
        "<kbd>c</kbd> comment, <kbd>Esc</kbd> leaves it · "
        "<kbd>a</kbd> <kbd>s</kbd> <kbd>d</kbd> <kbd>f</kbd> <kbd>g</kbd> kept comments · "
        "<kbd>k</kbd> keep the comment · <kbd>h</kbd> names</p>")


class Handler(BaseHandler):
    """What all pages share."""

    nonce = ""

    @property
    def content_security_policy(self) -> str:
        """Nothing runs but scripts that carry this page's number."""
        return f"{policy(self.nonce)}; frame-ancestors 'none'"

    def prepare(self) -> Any:
        """Draw this page's number, and forbid that it is kept or told to other places."""
        self.nonce = secrets.token_urlsafe(16)
        self.set_header("Content-Security-Policy", self.content_security_policy)
        self.set_header("Cache-Control", "no-store")
        self.set_header("Referrer-Policy", "no-referrer")
        return super().prepare()

    @property
    def folder(self) -> Path:
        """The class's."""
        return Path(self.settings["course_folder"])

    @property
    def hidden(self) -> bool:
        """Whether names are hidden: always, or on this page."""
        return bool(os.environ.get(BLIND)) or self.get_query_argument("names", "") == "hidden"

    def pile(self, lesson: str, cell: str) -> Pile:
        """Return a question's pile as it is now, whoever else marks; 404 if there is none."""
        self.gradebook.db.rollback()
        for _, pile in marking.piles(self.folder, self.gradebook):
            if (pile.lesson, pile.cell) == (lesson, cell):
                return pile
        raise web.HTTPError(404)

    def show(self, title: str, body: str, script: bool = False) -> None:
        """Write a page."""
        head = f"<style>{STYLE}</style>"
        if script:
            head += (f'<script nonce="{self.nonce}" src="{self.base_url}/marking/marking.js">'
                     f'</script><script nonce="{self.nonce}" async '
                     f'src="{self.base_url}/static/mathjax.js"></script>')
        self.write(page(title, body, policy(self.nonce), head))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Write a sentence."""
        self.nonce = self.nonce or secrets.token_urlsafe(16)
        told = ("There is no such page, or what it shows is gone." if status_code == 404 else
                "That can't be done now; the server's log says why.")
        self.finish(page("Marking", f"<h1>{status_code}</h1><p>{told}</p>"))


def policy(nonce: str) -> str:
    """Return a policy: the page's own scripts, pictures that it holds, no other place."""
    return (f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; "
            "img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'")


class Questions(Handler):
    """All written questions, and how far each is."""

    @web.authenticated
    @check_xsrf
    def get(self) -> None:
        """Write the list."""
        self.gradebook.db.rollback()
        rows = []
        query = "?names=hidden" if self.hidden else ""
        for title, pile in marking.piles(self.folder, self.gradebook):
            entries = pile.entries()
            waiting = sum(entry.waits for entry in entries)
            link = f"{self.base_url}/marking/{quote(pile.lesson)}/{quote(pile.cell)}{query}"
            rows.append([escape(title), f'<a href="{escape(link)}">{escape(pile.cell)}</a>',
                         str(len(entries)), str(waiting)])
        head = ("<h1>Written answers</h1><p>One question, all students, in an order that is drawn. "
                "Names: " + ("hidden" if self.hidden else
                             '<a href="?names=hidden">hide them</a>') + ".</p>")
        if not self.hidden:
            head += (f'<p class="small"><a href="{self.base_url}/formgrader/gradebook">'
                     "Whole notebooks: nbgrader's formgrader</a></p>")
        self.show("Written answers", head + table(
            ["lesson", "question", "answers", "to be marked"], rows, {2, 3}))


class First(Handler):
    """The way into a pile."""

    @web.authenticated
    @check_xsrf
    def get(self, lesson: str, cell: str) -> None:
        """Lead to the first answer that waits, or else the first."""
        entries = self.pile(lesson, cell).entries()
        if not entries:
            raise web.HTTPError(404)
        entry = next((each for each in entries if each.waits), entries[0])
        query = "?names=hidden" if self.hidden else ""
        self.redirect(f"{self.base_url}/marking/{quote(lesson)}/{quote(cell)}/{entry.id}{query}")


class One(Handler):
    """One answer."""

    @web.authenticated
    @check_xsrf
    def get(self, lesson: str, cell: str, number: str) -> None:
        """Write its page."""
        pile = self.pile(lesson, cell)
        try:
            sheet = pile.sheet(number)
        except KeyError:
            raise web.HTTPError(404) from None
        people = People.read(self.folder)
        title, body = sheet_page(pile, sheet, f"{self.base_url}/marking",
                                 people if self.hidden else None, bool(os.environ.get(BLIND)))
        self.show(title, body, script=True)

    @web.authenticated
    def post(self, lesson: str, cell: str, number: str) -> None:
        """Save what a marker said; answers with the state, or with a sentence."""
        pile, said = self.pile(lesson, cell), self.said()
        try:
            if said.get("keep") is not None:
                pile.keep(str(said["keep"]), not said.get("drop"))
                people = People.read(self.folder) if self.hidden else None
                self.write({"comments": pile.comments(people)})
                return
            items, mark = said.get("items"), said.get("mark")
            if not isinstance(items, list) or not (mark is None or isinstance(mark, int | float)):
                raise Refused("This page is not today's: load it again.")
            comment = said.get("comment")
            sheet = pile.save(number, str(said.get("seen")), items, said.get("off") is True, mark,
                              None if comment is None else str(comment), said.get("back") is True)
            self.write(state(sheet))
        except Refused as error:
            self.set_status(409 if isinstance(error, Meanwhile) else 400)
            self.write({"told": str(error)})
        except KeyError:
            raise web.HTTPError(404) from None

    def said(self) -> Mapping[str, Any]:
        """Return the body of a request."""
        try:
            found = json.loads(self.request.body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise web.HTTPError(400)
        return found


class Script(Handler):
    """The page's own script."""

    @web.authenticated
    def get(self) -> None:
        """Write it."""
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        self.write(SCRIPT.read_text(encoding="utf-8"))


def state(sheet: Sheet) -> dict[str, Any]:
    """Return what the page's script shows of a mark."""
    ticks, most = sheet.ticks, points(sheet.rubric.points)
    open_ = [number for number, tick in enumerate(ticks["items"], 1) if tick is None]
    if sheet.mark is None:
        told = (f"No mark yet: {len(open_)} of {len(ticks['items'])} items are open."
                if open_ else "No mark yet.")
    elif sheet.rubric.mark(ticks["items"], ticks["off"]) not in (None, sheet.mark):
        told = "The mark was changed elsewhere: it isn't the sum of these ticks."
    elif open_ and sheet.rubric.items:
        told = "This mark was given without these ticks, and stays until all are there."
    elif sheet.entry.waits:
        told = "Graded again since this mark was given: look once more."
    else:
        told = "Saved."
    return {"seen": sheet.seen, "told": told, "items": ticks["items"], "off": ticks["off"],
            "mark": f"{'–' if sheet.mark is None else points(sheet.mark)} of {most}"}


def sheet_page(pile: Pile, sheet: Sheet, base: str, people: People | None = None,
               always: bool = False) -> tuple[str, str]:
    """Return title and HTML of an answer's page.

    Parameters
    ----------
    pile : Pile
    sheet : Sheet
    base : str
        The pages' address.
    people : People, optional
        Whose names are to be hidden.
    always : bool
        Whether hidden names can't be shown.
    """
    hidden = people is not None
    names = names_of(people, sheet.entry.student) if people else []
    entries = pile.entries()
    ids = [entry.id for entry in entries]
    place = ids.index(sheet.entry.id)
    waiting = [entry.id for entry in entries[place + 1:] + entries[:place] if entry.waits]
    query = "?names=hidden" if hidden else ""
    here = f"{base}/{quote(pile.lesson)}/{quote(pile.cell)}"

    def link(number: str | None, told: str, name: str) -> str:
        where = f"{here}/{number}{query}" if number else f"{base}{query}"
        return f'<a id="{name}" href="{escape(where)}">{told}</a>'

    number = f"Answer {place + 1} of {len(ids)}"
    who = number if hidden else f"{escape(sheet.name)} · {number}"
    other = f"{here}/{sheet.entry.id}{'' if hidden else '?names=hidden'}"
    toggle = "names are hidden" if always else (
        f'<a id="names" href="{escape(other)}">{"show" if hidden else "hide"} names</a>')
    nav = "".join([
        "<nav>", f'<a href="{escape(base + query)}">All questions</a>',
        f"<strong>{escape(pile.cell)}</strong>",
        link(ids[place - 1] if place else None, "← previous", "previous"),
        link(ids[place + 1] if place + 1 < len(ids) else None, "next →", "next"),
        link(waiting[0] if waiting else None, f"next unmarked ({len(waiting)})", "unmarked"),
        f"<span>{toggle}</span></nav>"])
    answer = hide(sheet.answer, names)
    # MathJax takes some ms for each, and all of a browser's time.
    many = len(FORMULA.findall(answer)) > MOST_FORMULAS
    typed = " mathjax_ignore" if many else ""
    pictures = "".join(f'<p><img alt="picture {n} of the answer" src="data:{kind};base64,{data}">'
                       "</p>" for n, (kind, data) in enumerate(sheet.pictures, 1))
    flags = "".join(f'<p class="lost">{escape(hide(flag, names))}</p>' for flag in sheet.flags)
    whole = "" if hidden else (
        f'<p class="small"><a href="{escape(base.removesuffix("/marking"))}/formgrader/submissions/'
        f'{sheet.entry.id}/">The whole notebook</a></p>')
    left = (f"<section><h1>{who}</h1>{flags}<details><summary>The question</summary>"
            f'{shown(sheet.question)}</details><div class="answer{typed}" id="answer">'
            f"{shown(answer)}{pictures}</div>{whole}</section>")
    kept = [each for each in pile.comments(people) if hide(each, names) == each]
    right = _form(sheet, names, kept, f"{here}/{sheet.entry.id}{query}")
    return pile.cell, f"{nav}<main>{left}{right}</main>"


def _form(sheet: Sheet, names: list[str], kept: list[str], url: str) -> str:
    """Return what a marker fills in."""
    rubric, now = sheet.rubric, state(sheet)
    parts = [f'<form id="form" data-url="{escape(url)}" data-seen="{sheet.seen}">',
             shown(rubric.head)]
    for number, (item, tick) in enumerate(zip(rubric.items, sheet.ticks["items"], strict=True), 1):
        choices = "".join(
            f'<label><input type="radio" name="item{number}" value="{choice}"'
            f'{" checked" if choice == tick else ""}> {choice}</label>' for choice in item.choices)
        parts.append(f'<fieldset class="item{" open" if tick is None else ""}"><legend>{number} · '
                     f"{points(item.points)} of {points(rubric.points)}</legend>"
                     f"{shown(item.text)}{choices}</fieldset>")
    if rubric.foot:
        parts.append(shown(rubric.foot))
    if rubric.off:
        parts.append(f'<label><input type="checkbox" id="off"'
                     f'{" checked" if sheet.ticks["off"] else ""}> {points(rubric.off)} off the '
                     "sum</label>")
    if not rubric.items:
        value = "" if sheet.mark is None else f' value="{sheet.mark:g}"'
        parts.append(f'<label>Points: <input type="number" id="points" min="0" step="0.5" '
                     f'max="{rubric.points:g}"{value}></label>')
    comment = hide(sheet.comment, names)
    named = comment != sheet.comment
    parts.append(f'<p><output id="mark">{now["mark"]}</output> <span id="said" role="status">'
                 f"{escape(now['told'])}</span></p>")
    parts.append('<p><label for="comment">Comment for the student'
                 + (" (it names somebody, and stays as it is)" if named else "")
                 + f'</label><textarea id="comment" maxlength="{marking.LONGEST}"'
                 f"{' disabled' if named else ''}>\n{escape(comment)}</textarea></p>")
    parts.append(f'<ol id="comments" data-kept="{escape(json.dumps(kept))}"></ol>'
                 '<p><button type="button" id="keep">Keep the comment</button> '
                 '<button type="button" id="back">Take the mark back</button></p>')
    parts.append(f"{KEYS}<details{'' if rubric.items else ' open'}><summary>Model answer</summary>"
                 f"{shown(rubric.example)}</details></form>")
    return "".join(parts)


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "course_staff.grading.marking_pages"}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Add the pages to a server that runs in a class's folder, and log what is marked there."""
    application, folder = server.web_app, Path(server.root_dir)
    application.settings["course_folder"] = str(folder)
    base = application.settings["base_url"].rstrip("/")
    name, one = "([^/]+)", "([0-9a-f]{32})"
    application.add_handlers(".*$", [
        (f"{base}/marking/?", Questions), (f"{base}/marking/marking\\.js", Script),
        (f"{base}/marking/{name}/{name}/?", First), (f"{base}/marking/{name}/{name}/{one}", One)])
    _KEPT.enter_context(changes.watch(folder, os.environ.get(MARKER) or None))


_KEPT = ExitStack()
