"""The worlds of the course: bundled real pictures, ladybirds, sprites."""
