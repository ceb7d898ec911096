"""One folder per question: README, script, committed results."""
