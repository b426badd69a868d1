"""The learner's verbs: `course lab`, `mark`, `doctor`; standard library where a module says so."""
