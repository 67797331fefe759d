"""Pictures as numbers: numpy in, rows of coloured cells out. Knows nothing of Textual."""
