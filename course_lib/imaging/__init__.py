"""What a camera keeps: forward models, optics, deconvolution, limits, recovery."""
