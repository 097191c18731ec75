"""The preview server: builds after every save, answers from the list of what was built, and tells the browser.

`worker` builds, in a process of its own; `watch` tells when; `holdings` knows what there is to be had at which
address; `wire` reads requests and writes answers; `guard` turns away whoever does not belong here; `server` puts
them together. `preview.js` and `preview.css` go to the browser and into no file of the site.
"""
