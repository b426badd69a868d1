"""What is handed out: slide decks, pages to read, one folder with all of it."""
