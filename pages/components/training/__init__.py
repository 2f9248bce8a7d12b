"""The parts of the page that trains models and shows how they came to be."""
