"""What every page stands in: header, choices, views, words, the shared service."""
