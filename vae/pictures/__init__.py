"""Single pictures of 28 x 28 pixels, before any network sees them."""
