"""What would have been said each month of 2021, and what the year became."""
