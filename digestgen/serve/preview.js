// The preview's part in the browser: it listens for news, changes the page in place, and shows what is wrong.
// It is in no file of the site; the server puts it on pages as it hands them out.
"use strict";
(() => {
  const own = document.currentScript;
  const { run, token } = own.dataset;
  let { now, tag } = own.dataset;
  const base = new URL(own.src).pathname.replace(/[^/]*$/, "");
  let stream = null;
  let updating = Promise.resolve();
  let hidden = ""; // the messages that the reader put aside
  let shown = "";

  // --- news

  function listen() {
    if (stream || document.hidden) {
      return; // a browser has few connections to one server: pages that nobody sees need none
    }
    const query = new URLSearchParams({ page: decoded(location.pathname), now });
    stream = new EventSource(`${base}events?${query}`);
    stream.onmessage = (event) => take(JSON.parse(event.data));
    stream.onerror = () => {
      stop();
      setTimeout(listen, 1000);
    };
  }

  function stop() {
    stream?.close();
    stream = null;
  }

  function decoded(path) {
    try {
      return decodeURIComponent(path);
    } catch {
      return path;
    }
  }

  function take(news) {
    if (news.run !== run) {
      reload(); // another server, or too much was missed
      return;
    }
    now = String(news.now);
    swap(news.styles);
    if (used(news.files)) {
      reload();
      return;
    }
    if (news.tag !== tag) {
      updating = updating.then(() => update(news.tag)).catch(reload);
    }
    show(news);
  }

  // --- the reader's place

  // Browsers keep the place of a page that is loaded anew, but not where it is loaded twice before it was there once.
  const KEY = "digestgen-place";
  let settled = false;

  function reload() {
    if (settled || scrollX || scrollY) { // who scrolls does not wait for the last picture
      sessionStorage.setItem(KEY, JSON.stringify([location.href, scrollX, scrollY]));
    }
    history.scrollRestoration = "manual";
    location.reload();
  }

  function settle() {
    const [href, left, top] = JSON.parse(sessionStorage.getItem(KEY)) ?? [];
    sessionStorage.removeItem(KEY);
    if (href === location.href) {
      scrollTo({ left, top, behavior: "instant" });
    }
    // not at once: the browser still has its own part of loading to do, and would go to the place it knows
    setTimeout(() => (history.scrollRestoration = "auto"));
    settled = true;
  }

  document.readyState === "complete" ? settle() : addEventListener("load", settle, { once: true });

  // --- style sheets and other files

  function swap(paths) {
    if (!paths.length) {
      return;
    }
    const links = [...document.querySelectorAll("link[rel~='stylesheet']")];
    const named = links.filter((link) => paths.includes(new URL(link.href).pathname));
    // a sheet that no link names may be imported by any
    for (const link of named.length ? named : links) {
      const fresh = link.cloneNode();
      const address = new URL(link.href);
      address.searchParams.set("preview", now);
      fresh.href = address.href;
      fresh.onload = fresh.onerror = () => link.remove();
      originals.set(fresh, originals.get(link) ?? link.getAttribute("href"));
      link.after(fresh);
    }
  }

  const originals = new WeakMap();

  function used(paths) {
    if (!paths.length) {
      return false;
    }
    const loaded = new Set(performance.getEntriesByType("resource").map((entry) => new URL(entry.name).pathname));
    return paths.some((path) => loaded.has(path));
  }

  // --- the page

  async function update(wanted) {
    if (wanted === tag) {
      return;
    }
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.redirected) {
      location.replace(answer.url);
      return;
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const script = fresh.querySelector(`script[src="${own.getAttribute("src")}"]`);
    if (!script || runs(document) || runs(fresh) || policy(document) !== policy(fresh)) {
      reload(); // scripts of the page's own would not know that it changed
      return;
    }
    tag = script.dataset.tag;
    script.replaceWith(own.cloneNode());
    head(fresh.head);
    morph(document.body, fresh.body);
    attributes(document.documentElement, fresh.documentElement);
  }

  function runs(page) {
    return [...page.scripts].some(
      (script) => script.getAttribute("src") !== own.getAttribute("src") && !/^application\/(ld\+)?json$/.test(script.type),
    );
  }

  function policy(page) {
    return allowed(page.querySelector("meta[http-equiv='Content-Security-Policy' i]")?.content ?? "");
  }

  // A policy without the hashes of linked data, which runs nowhere and changes with the page.
  function allowed(text) {
    return text.replace(/ 'sha\d+-[^']*'/g, "");
  }

  function head(fresh) {
    const text = (element) => {
      if (element.matches("link[rel~='stylesheet']")) {
        const plain = element.cloneNode();
        plain.setAttribute("href", originals.get(element) ?? element.getAttribute("href"));
        return plain.outerHTML;
      }
      if (element.matches("meta[http-equiv='Content-Security-Policy' i]")) {
        return `policy ${allowed(element.content)}`; // another one would not replace the first, but add to it
      }
      return element === own ? own.cloneNode().outerHTML : element.outerHTML;
    };
    const left = new Map([...document.head.children].map((element) => [text(element), element]));
    for (const element of fresh.children) {
      const there = left.get(text(element));
      if (there) {
        left.delete(text(element));
      } else {
        document.head.append(document.importNode(element, true));
      }
    }
    for (const element of left.values()) {
      element.remove();
    }
  }

  function attributes(old, fresh) {
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && !(name === "open" && old.matches("details, dialog"))) {
        old.removeAttribute(name);
      }
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value) {
        old.setAttribute(name, value);
      }
    }
  }

  // Make `old` what `fresh` is, and leave alone whatever is the same: what a reader opened, marked or wrote stays.
  function morph(old, fresh) {
    attributes(old, fresh);
    const present = [...old.childNodes];
    const wanted = [...fresh.childNodes];
    while (present.length && wanted.length && present[0].isEqualNode(wanted[0])) {
      present.shift();
      wanted.shift();
    }
    while (present.length && wanted.length && present.at(-1).isEqualNode(wanted.at(-1))) {
      present.pop();
      wanted.pop();
    }
    const behind = present.length ? present.at(-1).nextSibling : after(old, fresh, wanted);
    for (const node of wanted) {
      const at = present.findIndex((other) => alike(other, node));
      if (at < 0) {
        old.insertBefore(document.importNode(node, true), present[0] ?? behind);
        continue;
      }
      for (const other of present.splice(0, at)) {
        other.remove();
      }
      const there = present.shift();
      if (there.nodeType === Node.ELEMENT_NODE) {
        there.isEqualNode(node) || morph(there, node);
      } else if (there.nodeValue !== node.nodeValue) {
        there.nodeValue = node.nodeValue;
      }
    }
    for (const other of present) {
      other.remove();
    }
  }

  // Where new nodes go when no old one is in their place: before what stood behind the gap.
  function after(old, fresh, wanted) {
    if (!wanted.length) {
      return null;
    }
    const rest = fresh.childNodes.length - [...fresh.childNodes].indexOf(wanted.at(-1)) - 1;
    return old.childNodes[old.childNodes.length - rest] ?? null;
  }

  function alike(one, other) {
    return one.nodeType === other.nodeType && one.nodeName === other.nodeName && (one.id ?? "") === (other.id ?? "");
  }

  // --- what is shown over the page

  const host = document.createElement("digestgen-preview");
  const root = host.attachShadow({ mode: "open" });
  root.append(element("link", { rel: "stylesheet", href: `${base}preview.css` }));
  document.documentElement.append(host);

  function element(name, given = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(given)) {
      made[key] = value;
    }
    made.append(...children);
    return made;
  }

  function show(news) {
    const { fault, errors, warnings, more, badge, editor } = news;
    const state = JSON.stringify([fault, errors, warnings, more, badge, editor]);
    if (state === shown) {
      return;
    }
    shown = state;
    for (const old of root.querySelectorAll("section, aside")) {
      old.remove();
    }
    if (fault || errors.length) {
      root.append(faults(news));
    }
    const quiet = [...badges(badge, editor), ...notes(warnings, editor)];
    if (quiet.length) {
      root.append(element("aside", { ariaLabel: "Preview" }, ...quiet));
    }
  }

  function faults({ fault, errors, more, editor }) {
    const key = JSON.stringify([fault, errors]);
    const count = errors.length + more;
    const title = fault ? "The build failed" : count === 1 ? "1 error" : `${count} errors`;
    const close = element("button", { type: "button", textContent: "Hide" });
    const panel = element(
      "section",
      { role: "alert", className: "faults", hidden: hidden === key },
      element("div", { className: "bar" }, element("h2", { textContent: title }), close),
      element("p", { textContent: "The page behind is the last good one. This goes when the files are mended." }),
      ...(fault ? [element("pre", { textContent: fault })] : []),
      ...errors.map((item) => message(item, editor)),
      ...(more ? [element("p", { textContent: `The terminal shows ${more} more.` })] : []),
    );
    close.onclick = () => {
      hidden = key;
      panel.hidden = true;
    };
    return panel;
  }

  function message({ text, path, line, column }, editor) {
    const parts = [element("pre", { textContent: text, tabIndex: 0 })];
    if (editor && path) {
      parts.push(opener(`Open ${path}:${line}`, path, line, column));
    }
    return element("article", {}, ...parts);
  }

  function opener(label, path, line, column) {
    const button = element("button", { type: "button", textContent: label });
    button.onclick = async () => {
      const query = new URLSearchParams({ path, line, column });
      const answer = await fetch(`${base}open?${query}`, { method: "POST", headers: { "X-Digestgen-Token": token } });
      button.textContent = answer.ok ? label : `${label}: ${(await answer.text()).trim()}`;
    };
    return button;
  }

  function badges(badge, editor) {
    if (!badge || !(badge.states.length || badge.missing.length || editor)) {
      return [];
    }
    const parts = [
      ...badge.states.map((state) => element("strong", { textContent: state })),
      ...badge.missing.map((name) => element("span", { textContent: `no ${name}` })),
      ...(editor ? [opener("Edit", badge.path, 1, 1)] : []),
    ];
    return [element("p", { className: "badge" }, ...parts)];
  }

  function notes(warnings, editor) {
    if (!warnings.length) {
      return [];
    }
    const title = warnings.length === 1 ? "1 warning" : `${warnings.length} warnings`;
    const listed = warnings.map((item) => message(item, editor));
    return [element("details", {}, element("summary", { textContent: title }), ...listed)];
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      root.querySelector(".faults:not([hidden]) .bar button")?.click();
    }
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : listen()));
  addEventListener("pagehide", stop);
  addEventListener("pageshow", listen);
  listen();
})();
