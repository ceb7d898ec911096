"""What each candidate adds to accuracy, and what it costs."""
