"""Does a monthly run that is killed anywhere lose nothing, and does the next one end right?"""
