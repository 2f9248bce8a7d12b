"""What pages are made of: shared parts, and a folder for each page."""
