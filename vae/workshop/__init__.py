"""Training for visitors: runs that wait, train in a process of their own, and are kept for a while."""
