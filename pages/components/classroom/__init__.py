"""What of a lesson and of its room stands above every page, and the Classroom page."""
