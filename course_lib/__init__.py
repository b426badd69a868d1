"""Small library behind the course on the limits of super-resolution.

One module per idea, in lesson order: `operators`, `optics`, `deconvolution`, …  Nothing is imported
here, so that ``import course_lib`` costs nothing and Act I never loads PyTorch.
"""

__version__ = "0.1.0"
