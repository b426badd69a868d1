"""How nbgrader turns solutions/ into lessons/ and grades what comes back."""

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "limits_of_super_resolution"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "lessons"

c.ClearSolutions.code_stub = {
    "python": '# Replace the next line by your code.\nraise NotImplementedError("not written yet")'
}
c.ClearSolutions.text_stub = "*Your answer here.*"

# A lesson runs in 60 s at most, a cell in 15 s: what takes longer than this hangs.
c.Execute.timeout = 120
