"""What maintainers and instructors run: build, and later release, grade and slides."""
