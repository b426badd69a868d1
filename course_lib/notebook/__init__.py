"""What a lesson shows and asks with: figures, panels, predictions, checks."""
