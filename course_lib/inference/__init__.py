"""What could have been there: posteriors, exact or learned, and what reads pictures."""
