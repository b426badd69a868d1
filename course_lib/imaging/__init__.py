"""What a camera keeps: forward models, optics, deconvolution, limits, recovery.

Of other packages this room needs NumPy, SciPy and array-api-compat alone.
"""
