"""Machines that draw: a GAN, the search and the chains in its latents, an enhancer of plates."""
