"""From the library to every file of the site, each with its whole input as one value.

`plan` alone decides addresses; `site.plan` is where it begins.
"""
