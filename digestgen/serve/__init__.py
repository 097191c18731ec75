"""The preview server: builds after every save, answers from the list of what was built, and tells the browser.

`worker` builds, in a process of its own, which `builder` asks; `values` are what they tell each other. `watch` tells
when; `holdings` knows what there is to be had at which address, `news` what pages have to know of it; `wire` reads
requests and writes answers, `door` takes them in, and `guard` turns away whoever does not belong here; `server` puts
all together. `preview.js` and `preview.css` go to the browser and into no file of the site.
"""
