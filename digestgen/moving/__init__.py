"""Moving a site here from another generator: its folder becomes articles, files, settings and a report."""
