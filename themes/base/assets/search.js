/* The page for searching: asks Pagefind, shows what it finds, and keeps the address in step with what is asked.

   All that it says and shows stands in the page, where themes write it. It loads nothing before someone searches, runs
   Pagefind on the page itself (a worker would need the page's policy, too) and makes text of text, never HTML. */

const PAGE = 10;
const FEW = 8;
const KINDS = ["language", "year", "source", "tag"];
const PATIENCE = 20_000;

const box = document.querySelector(".dg-search");
const form = box.querySelector("form");
const field = form.querySelector("[name=q]");
const status = box.querySelector("[role=status]");
const narrow = box.querySelector(".dg-narrow");
const list = box.querySelector(".dg-results");
const further = box.querySelector(".dg-further");
const model = document.querySelector("#dg-result");
const root = new URL(box.dataset.root, location.href);
const index = new URL(box.dataset.index, location.href);
const lang = document.documentElement.lang;
const primary = (tag) => tag.split("-")[0].toLowerCase();
const title = document.title;

const number = new Intl.NumberFormat(lang);
const digits = new Intl.NumberFormat(lang, { useGrouping: false });
const day = new Intl.DateTimeFormat(lang, { calendar: "gregory", dateStyle: "long", timeZone: "UTC" });
const and = new Intl.ListFormat(lang, { type: "unit", style: "short" });
const languages = new Intl.DisplayNames([lang], { type: "language" });

/* What is asked: words, filters by kind, and whether in all languages of the site. */

const chosen = Object.fromEntries(KINDS.map((kind) => [kind, new Set()]));
const everywhere = () => form.querySelector("[name=in][value=all]")?.checked ?? false;

function asked() {
  const query = new URLSearchParams();
  if (field.value.trim()) query.set("q", field.value.trim());
  for (const kind of KINDS) for (const value of chosen[kind]) query.append(kind, value);
  if (everywhere()) query.set("in", "all");
  return query.toString();
}

function read() {
  const query = new URLSearchParams(location.search);
  field.value = query.get("q") ?? "";
  for (const kind of KINDS) chosen[kind] = new Set(query.getAll(kind));
  for (const radio of form.querySelectorAll("[name=in]")) radio.checked = radio.value === (query.get("in") ?? "");
  named();
}

function note(push) {
  const query = asked();
  const address = query ? `?${query}` : location.pathname;
  if (push && query !== location.search.slice(1)) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
  named();
}

function named() {
  document.title = field.value.trim() ? `${field.value.trim()} – ${title}` : title;
}

/* Pagefind: an index for each language that articles are written in, in one or more shards. */

const engines = new Map();
let manifest;

function groups() {
  manifest ??= fetch(new URL("index.json", index), { cache: "no-cache" }).then((answer) => {
    if (!answer.ok) throw new Error(`the index is answered with ${answer.status}`);
    return answer.json();
  });
  manifest.catch(() => (manifest = undefined));
  return manifest;
}

async function opened({ lang: language, shards: [first, ...rest] }) {
  const folder = (shard) => new URL(`${shard.name}/`, index);
  const pagefind = await import(new URL("pagefind.js", folder(first)));
  const common = { baseUrl: "/", excerptLength: 28 };
  const engine = pagefind.createInstance({
    ...common, basePath: folder(first).pathname, metaCacheTag: first.mark, noWorker: true,
  });
  await engine.filters(); // the first shard is there, or has failed: others would wait for it without end
  await Promise.all(
    rest.map((shard) => engine.mergeIndex(folder(shard).pathname, { ...common, language, metaCacheTag: shard.mark })),
  );
  return engine;
}

function engine(group) {
  const name = group.shards[0].name;
  if (!engines.has(name)) {
    engines.set(name, opened(group));
    engines.get(name).catch(() => engines.delete(name));
  }
  return engines.get(name);
}

/* Words without spaces between them are parted as Pagefind parts them in texts of that language. */
function parted(words, language) {
  if (!["ja", "th", "zh"].includes(language)) return words;
  const parts = new Intl.Segmenter(language, { granularity: "word" }).segment(words);
  return [...parts].map((part) => part.segment.trim()).filter(Boolean).join(" ");
}

async function answers(without) {
  const kinds = KINDS.filter((kind) => chosen[kind].size && kind !== without);
  const filters = { all: kinds.map((kind) => ({ any: [...chosen[kind]].map((value) => ({ is: `${kind}:${value}` })) })) };
  const own = (await groups()).filter((group) => everywhere() || group.part === lang);
  const words = field.value.trim();
  return Promise.all(
    own.map(async (group) => (await engine(group)).search(words ? parted(words, group.lang) : null, { filters })),
  );
}

function counted(found, kind) {
  const sums = new Map([...chosen[kind]].map((value) => [value, 0]));
  for (const answer of found)
    for (const [name, count] of Object.entries(answer.filters.is ?? {}))
      if (count && name.startsWith(`${kind}:`)) {
        const value = name.slice(kind.length + 1);
        sums.set(value, (sums.get(value) ?? 0) + count);
      }
  return sums;
}

const inTime = (work) =>
  Promise.race([work, new Promise((_, fail) => setTimeout(() => fail(new Error("too slow")), PATIENCE))]);

/* What is shown. */

let turn = 0;
let results = [];

async function search(shown = PAGE) {
  const mine = ++turn;
  if (!asked().replace(/&?in=all/, "")) return show(mine, [], []);
  const slow = setTimeout(() => (status.textContent = box.dataset.busy), 400);
  try {
    const found = await inTime(answers());
    const facets = await inTime(Promise.all(KINDS.map((kind) => (chosen[kind].size ? answers(kind) : found))));
    if (mine === turn) await show(mine, found, facets, shown);
  } catch {
    if (mine === turn) {
      await show(mine, [], []);
      status.textContent = box.dataset.failed;
    }
  } finally {
    clearTimeout(slow);
  }
}

async function show(mine, found, facets, shown = PAGE) {
  results = found.flatMap((answer) => answer.results).sort((one, other) => other.score - one.score);
  const items = await inTime(Promise.all(results.slice(0, shown).map((result) => result.data())));
  if (mine !== turn) return;
  list.replaceChildren(...items.map(item));
  more();
  KINDS.forEach((kind, place) => filter(kind, facets.length ? counted(facets[place], kind) : new Map()));
  narrow.hidden = !box.querySelector("[data-filter]:not([hidden])");
  const count = box.dataset.found.replace("{}", number.format(results.length));
  status.textContent = found.length ? (results.length ? count : box.dataset.none) : "";
}

function item({ url, meta, filters, excerpt, content }) {
  const made = model.content.cloneNode(true);
  const part = (name) => made.querySelector(`[data-is=${name}]`);
  const told = (kind) => (filters.is ?? []).filter((name) => name.startsWith(`${kind}:`));
  const values = (kind) => told(kind).map((name) => name.slice(kind.length + 1));
  const [own] = values("language");
  part("title").href = new URL(url.slice(1), root);
  part("title").textContent = meta.title;
  part("label").textContent = meta.label ?? "";
  part("kicker").textContent = meta.kicker ?? "";
  const cut = (edge) => (edge ? "" : "…");
  const plain = text(excerpt);
  part("excerpt").append(cut(content.startsWith(plain)), ...marked(excerpt), cut(content.trim().endsWith(plain)));
  part("sources").replaceChildren( // each name for itself: the list goes the page's way, whatever its script
    ...and.formatToParts(values("source")).map(({ type, value }) => (type === "element" ? element("bdi", value) : value)),
  );
  part("date").textContent = meta.date ? day.format(new Date(meta.date)) : "";
  part("date").dateTime = meta.date ?? "";
  if (own !== primary(lang))
    for (const name of ["title", "kicker", "excerpt"]) Object.assign(part(name), { lang: own, dir: "auto" });
  for (const empty of made.querySelectorAll("[data-is]:empty")) empty.remove();
  for (const line of made.querySelectorAll("p")) if (!line.textContent.trim()) line.remove();
  return made;
}

/* Pagefind's excerpt: text with < and > written as entities, and the words that were found between <mark>. */
function marked(excerpt) {
  const pieces = excerpt.split(/(<mark>.*?<\/mark>)/s);
  return pieces.map((piece) => (piece.startsWith("<mark>") ? element("mark", text(piece)) : text(piece)));
}

function text(piece) {
  return piece.replace(/<\/?mark>|\u200b/g, "").replaceAll("&lt;", "<").replaceAll("&gt;", ">");
}

function element(name, ...content) {
  const made = document.createElement(name);
  made.append(...content);
  return made;
}

const names = {
  language: (value) => languages.of(value),
  year: (value) => digits.format(Number(value)),
};

function filter(kind, counts) {
  const set = box.querySelector(`[data-filter=${kind}]`);
  const button = set.querySelector("button");
  const open = button.getAttribute("aria-expanded") === "true";
  const order = (one, other) =>
    kind === "year" ? other[0].localeCompare(one[0]) : other[1] - one[1] || one[0].localeCompare(other[0], lang);
  const sorted = [...counts].sort(order);
  const few = sorted.filter(([value], place) => open || place < FEW || chosen[kind].has(value));
  const focused = set.contains(document.activeElement) && document.activeElement.value;
  set.querySelector("ul").replaceChildren(...few.map((entry) => option(kind, ...entry)));
  set.hidden = !chosen[kind].size && counts.size < 2;
  button.hidden = !open && few.length === sorted.length;
  if (focused) [...set.querySelectorAll("input")].find((input) => input.value === focused)?.focus();
}

function option(kind, value, count) {
  const input = element("input");
  Object.assign(input, { type: "checkbox", name: kind, value, checked: chosen[kind].has(value) });
  const name = element("bdi", names[kind]?.(value) ?? value);
  return element("li", element("label", input, " ", name, " ", element("small", number.format(count))));
}

function more() {
  further.hidden = list.children.length >= results.length;
}

/* What readers do. */

let waiting;

function changed(push) {
  clearTimeout(waiting);
  note(push);
  return search();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  changed(true);
});

box.addEventListener("input", (event) => {
  if (event.target !== field || event.isComposing) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => changed(false), 250);
});

box.addEventListener("change", (event) => {
  const { name, value, checked, type } = event.target;
  if (type === "checkbox") chosen[name][checked ? "add" : "delete"](value);
  if (event.target !== field) changed(true);
});

narrow.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") !== "true"));
  search(list.children.length);
});

further.addEventListener("click", async () => {
  const before = list.children.length;
  history.replaceState({ shown: before + PAGE }, "");
  await search(before + PAGE);
  list.children[before]?.querySelector("a").focus();
});

addEventListener("popstate", (event) => {
  read();
  search(event.state?.shown);
});

for (const each of box.querySelectorAll("ul, ol")) each.role = "list"; // some browsers see none where no dots are
document.querySelector(".dg-unscripted").hidden = true;
const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
narrow.open = box.clientWidth >= 44 * rem; // where it stands beside what is found, as search.css has it
read();
if (location.search) search(history.state?.shown);
