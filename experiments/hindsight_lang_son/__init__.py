"""What was said each month of the illustrative year of Lạng Sơn, and what "came"."""
