"""From seeds to ``data/``: trainings, searches, records, each rebuilt by a verb."""
