"""The parts of the page that opens the machine for one image."""
