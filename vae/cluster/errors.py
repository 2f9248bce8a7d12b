"""What can be wrong with a cluster."""


class ClusterError(RuntimeError):
    """The replicas cannot be reached; the message is one sentence that says what to do."""
