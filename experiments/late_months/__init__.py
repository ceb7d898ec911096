"""Does what siblings did in a month help a KPI whose figure of it is late?"""
