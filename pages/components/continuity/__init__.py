"""The continuity page's own parts."""
