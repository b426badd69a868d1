"""Scenes and their declared priors: real pictures, ladybirds, number plates, sprites, a ring."""
