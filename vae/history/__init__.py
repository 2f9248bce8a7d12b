"""What a training run leaves behind: its settings, a report and a snapshot of every epoch, in one folder."""
