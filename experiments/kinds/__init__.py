"""Is each kind of KPI answered as well as by the peers that could serve it?"""
