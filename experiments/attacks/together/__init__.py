"""All attacks at once beside ordinary readers: are the readers still served?"""
