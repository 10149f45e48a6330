"""Figures in words: what a series shows, who needs whom, and the rows of pages."""
