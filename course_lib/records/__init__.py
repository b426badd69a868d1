"""What long runs found, read back."""
