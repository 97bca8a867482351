"""The wire proof: what a client sends and reads, held against the contract by code that shares nothing with it."""
