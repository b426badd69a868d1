"""What a class guessed and believed, before and after: of those who agree, without names."""
