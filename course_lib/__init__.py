"""The library behind the course on the limits of super-resolution.

One room per idea; imports run one way, from the top of this list to its end::

    desk         the learner's verbs            notebook   what a lesson shows and asks with
    records      what long runs found
    audits       how far from the truth, who pays          generators   machines that draw
    inference    what could have been there
    worlds       scenes and their declared priors
    imaging      what the camera kept
    data, validation, releases   where data lie and whether they are intact; argument checks; what
                 earlier releases called things
    arrays       what annotations call arrays

Nothing is imported here, so that ``import course_lib`` costs nothing and Act I never loads PyTorch.
"""

__version__ = "0.1.0"
