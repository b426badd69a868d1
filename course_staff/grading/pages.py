"""The look of the pages: one file each, no script, nothing loaded from anywhere."""

import html
from collections.abc import Container, Iterable

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 56rem; margin: 2rem auto;
       padding: 0 1rem; }
h1 { font-size: 1.6rem; line-height: 1.2; } h2 { font-size: 1.2rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #ddd;
         vertical-align: top; overflow-wrap: break-word; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
pre { background: #f5f5f2; padding: .7rem; overflow-x: auto; font-size: .85rem; line-height: 1.4;
      white-space: pre-wrap; overflow-wrap: anywhere; }
.lost { border-left: 4px solid #d55e00; padding-left: .7rem; }
.got { border-left: 4px solid #009e73; padding-left: .7rem; }
.open { border-left: 4px solid #0072b2; padding-left: .7rem; }
.small { color: #555; font-size: .9rem; }
.bar { background: #0072b2; height: .9rem; } .track { background: #e8e8e4; min-width: 8rem; }
img { max-width: 100%; }
"""


def escape(text: object) -> str:
    """Return text that is text in a page, wherever it stands."""
    return html.escape(str(text), quote=True)


def page(title: str, body: str, policy: str = POLICY, head: str = "") -> str:
    """Return a complete page; `head` is HTML that stands in its head."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(title)}</title><style>{STYLE}</style>{head}</head>\n<body>\n{body}\n"
        "</body></html>\n")


def table(heads: Iterable[str], rows: Iterable[Iterable[str]],
          numbers: Container[int] = ()) -> str:
    """Return a table; cells are HTML already.  `numbers` are the columns set to the right."""
    def line(tag: str, cells: Iterable[str]) -> str:
        parts = [f'<{tag}{" class=number" if place in numbers else ""}>{cell}</{tag}>'
                 for place, cell in enumerate(cells)]
        return f"<tr>{''.join(parts)}</tr>"

    body = "\n".join(line("td", row) for row in rows)
    return f"<table><thead>{line('th', heads)}</thead><tbody>\n{body}\n</tbody></table>"


def bar(share: float, told: str) -> str:
    """Return a bar, full at a `share` of 1, with its value in words."""
    return (f'<div class="track" role="img" aria-label="{escape(told)}">'
            f'<div class="bar" style="width:{100 * share:.0f}%"></div></div>')


def points(value: float) -> str:
    """Return a number of points without needless zeros."""
    return f"{value:g}"
