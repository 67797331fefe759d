"""The screens: Textual, and nothing below knows of it."""
