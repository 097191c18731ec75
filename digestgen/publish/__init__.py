"""From a built site to its readers: a branch that a host serves, or a command; and whether they got what was built."""
