"""What maintainers and instructors run: authoring, experiments, grading, publishing."""
