"""What maintainers and instructors run: authoring, experiments, grading, publishing."""

import sys

# Nbformat's jsonschema would compile, for two seconds in every process, a grammar of international
# addresses (IRIs). No notebook's schema asks for one; without the package the check is left out.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
