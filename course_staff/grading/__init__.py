"""Grading: release, normalise, execute in a sandbox, judge from outside, record, tell.

``release``     what students get, reproducible and stamped; what graders keep of it
``template``    what grading needs to know of a lesson
``trial``       the reference answers, tried once before anybody is graded
``inbox``       which file is whose
``people``      who is who; ``roster`` who should hand in
``normalise``   a student's answers in the notebook as it was released
``sandbox``     a kernel that sees nothing but the lesson; ``inside`` runs first in it
``warm``        kernels and referees as forks of processes that have imported all they need;
                ``nursery`` is what runs in the sandbox for that
``syscalls``    what the sandbox's filter refuses; ``cgroups``, what the kernel itself limits
``execute``     one submission, run; a pure function, so that it may run anywhere
``referee``     the tests, in a process that no student's code reaches
``wire``        how the referee calls a student's functions
``crosscheck``  what two looks at a submission disagree about
``record``      nbgrader's gradebook; ``changes`` a log of marks given by hand
``marking``     one question across all students; ``rubrics`` what can be ticked,
                ``marking_pages`` the pages in a browser
``feedback``    pages for students
``report``      one page for the instructor; ``pages`` is the look of both
``analysis``    what points say of exercises; ``similarity`` which answers are alike
``export``      all lessons' grades, as Canvas and Moodle take them
``grade``       the verbs; ``grades`` those for rosters and grades
``shapes``      the plain data that these hand to each other
"""
