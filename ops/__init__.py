"""What `./run` and `./test` do once the environment stands: build steps, processes, checks."""
