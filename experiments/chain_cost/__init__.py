"""What the hash chain and the guards cost a writer."""
