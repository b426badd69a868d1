"""What a lesson's source says between markers and nowhere else: no release may hold it."""

import re

from course_staff.authoring import source


def text(path):
    """Everything that a lesson's source says, its references resolved as in what is built."""
    return "\n".join(cell.text for cell in source.read(path).cells)


def secrets(text):
    """Lines of a source that stand between markers and nowhere else."""
    region = re.compile(
        r"BEGIN (SOLUTION|HIDDEN TESTS|MARK SCHEME)\n(.*?)### END \1", re.DOTALL)
    hidden = "\n".join(match.group(2) for match in region.finditer(text))
    lines = {line.strip().removeprefix("# ").strip() for line in hidden.splitlines()}
    public = squeeze(region.sub("", text))
    return {line for line in lines if len(line) > 5 and squeeze(line) not in public}


def squeeze(text):
    return re.sub(r"\s+", "", text)
