"""The commands of digestgen, one a module: each is imported when it is called for."""
