"""How far an answer is from the truth, what of it was made up, and who pays."""
