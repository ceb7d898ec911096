"""One module per candidate model, all behind the `Candidate` protocol."""
