"""Who is best at the year's total, given the months so far, on any monthly panel?"""
