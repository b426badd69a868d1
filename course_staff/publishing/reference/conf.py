"""How Sphinx makes the reference; `course_staff.publishing.reference` runs it."""

import importlib.util
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from numpydoc.xref import DEFAULT_LINKS
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode

from course_staff.authoring import library

project = "The library"
html_title = "The limits of super-resolution"
extensions = ["sphinx.ext.autodoc", "sphinx.ext.mathjax", "numpydoc"]
default_role = "py:obj"
add_module_names = False
toc_object_entries = False
smartquotes = False  # "area" is a value

# Shapes and units stand in the docstrings; annotations would say less, twice.
autodoc_typehints = "none"
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "special-members": "__call__, __matmul__"}
autodoc_mock_imports = [name for name in ("torch",) if importlib.util.find_spec(name) is None]

autosummary_generate = False  # numpydoc loads it
numpydoc_show_class_members = False
numpydoc_xref_param_type = True
numpydoc_xref_ignore = "all"  # but classes of the library
_classes = [(name, f"course_lib.{module}.{name}") for module in library.modules()
            for name, node in library.public(module).items() if hasattr(node, "bases")]
_times = Counter(name for name, _ in _classes)
# What is not ours stays plain text: numpydoc would link to python.org.
numpydoc_xref_aliases = {name: name for name in DEFAULT_LINKS} | {
    name: whole for name, whole in _classes if _times[name] == 1}

templates_path = ["templates"]
html_theme = "basic"
html_static_path = ["style.css"]
# Colours and scripts are the lessons' own; Sphinx looks in reference/_static/.
html_css_files = ["../../colours.css", "style.css"]
html_js_files = [("../../site.js", {"defer": "defer"})]
html_sidebars = {"**": ["rooms.html"]}
html_copy_source = False
html_show_sphinx = False
html_domain_indices = False
html_use_opensearch = ""
pygments_style = "bw"
# The copy that the lessons' pages load.
mathjax_path = "../../mathjax.js"
mathjax3_config = {"svg": {"fontCache": "global"}}


def _mend(app: Sphinx, what: str, name: str, obj: object, options: object,
          lines: list[str]) -> None:
    """Say below the first paragraph where a learner builds it; link to lessons."""
    links = app.config.built.get(name)
    if links:
        start = next((i for i, line in enumerate(lines) if line.strip()), 0)
        end = next((i for i in range(start, len(lines)) if not lines[i].strip()), len(lines))
        lines[end:end] = ["", ".. rst-class:: built", "", f"Built in {' and '.join(links)}."]
    lines[:] = _with_lessons("\n".join(lines), app.config.lessons).split("\n")


def _mend_source(app: Sphinx, name: str, text: list[str]) -> None:
    text[0] = _with_lessons(text[0], app.config.lessons)


def _with_lessons(text: str, lessons: Mapping[str, str]) -> str:
    """Put links where a text speaks of lesson `pulse`."""
    return re.sub(r"\blesson\s+`(\w+)`", lambda m: lessons.get(m[1], m[0]), text)


def _within_the_library(app: Sphinx, env: BuildEnvironment, node: pending_xref,
                        contnode: Any) -> Any:
    """Find what prose calls ``limits.split`` or `Mixture`, by its end, if just one object fits."""
    name = node.get("reftarget", "").removesuffix("()")
    if node.get("refdomain") != "py" or not ("." in name or name[:1].isupper()):
        return None
    objects = env.domains.python_domain.objects
    fits = {whole: found for whole, found in objects.items()
            if whole.endswith(f".{name}") and not found.aliased}
    if len(fits) != 1:
        return None
    (whole, found), = fits.items()
    return make_refnode(app.builder, node["refdoc"], found.docname, found.node_id, contnode, whole)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register what numpydoc doesn't do."""
    for links in ("lessons", "built"):
        app.add_config_value(links, {}, "", dict)
    app.connect("autodoc-process-docstring", _mend, priority=900)  # after numpydoc
    app.connect("source-read", _mend_source)
    app.connect("missing-reference", _within_the_library)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
