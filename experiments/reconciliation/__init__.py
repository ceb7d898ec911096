"""Does reconciling totals and parts make both better?"""
