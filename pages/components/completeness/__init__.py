"""The completeness page's own parts."""
