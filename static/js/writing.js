// The needs form saves itself: a few seconds after the last key, and when the page is left. What the server does not
// have yet is kept in this browser. Without this script everything works too.
const QUIET = 3000, AGAIN = 10000;
const OURS = new Set(["csrfmiddlewaretoken", "mark", "version", "seen", "step", "go"]);
const form = document.getElementById("writing");
const status = document.getElementById("saved");
const words = status.dataset;
const key = `writing:${form.dataset.reference}:${form.elements.step.value}`;
let timer, busy = false;

// the cookie knows of a sign-in in another window, the form does not
const token = () => document.cookie.match(/csrftoken=([^;]+)/)?.[1] ?? form.elements.csrfmiddlewaretoken.value;
const typed = () => JSON.stringify([...new FormData(form)].filter(([name, value]) => typeof value === "string" && !OURS.has(name)));
const clock = time => new Date(time).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
let known = typed();

const copy = {
  read() { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  write(sent = false) {
    const version = form.elements.version.value;
    try { localStorage.setItem(key, JSON.stringify({ values: typed(), at: Date.now(), version, sent })); } catch { /* full */ }
  },
  drop() { try { localStorage.removeItem(key); } catch { /* switched off */ } },
};

function say(text, time, link) {
  status.textContent = text.replace("%s", time ? clock(time) : "");
  if (link) {
    const a = Object.assign(document.createElement("a"), { href: link[0], textContent: link[1] });
    status.append(" ", a);
  }
}

async function save(leaving = false) {
  clearTimeout(timer);
  const now = typed();
  if (busy || now === known) return;
  busy = true;
  const body = new FormData(form);
  for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
  body.set("csrfmiddlewaretoken", token());
  let again = 0;
  try {
    const answer = await fetch(form.action, { method: "POST", body, keepalive: leaving, headers: { Accept: "application/json" } });
    const here = location.pathname + location.search;
    const said = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
    if (answer.status === 401 || answer.status === 403) {
      say(words.expired, 0, [`${words.login}?next=${encodeURIComponent(said.address || here)}`, words.signin]);
    } else if (answer.status === 409) {
      known = now;
      say(words.conflict, 0, [here, words.compare]);
    } else if (said.saved_at || said.kept_at) {
      known = now;
      if (said.saved_at) {
        form.elements.version.value = said.version;
        form.elements.seen.value = said.seen;
        if (form.getAttribute("action") !== said.address) {
          form.action = said.address;
          history.replaceState(null, "", said.address);
        }
      }
      if (typed() === now) copy.drop();
      say(said.saved_at ? words.saved : said.is_wrong ? words.wrong : words.kept, said.saved_at || said.kept_at);
    } else throw new Error(answer.status);
  } catch {
    say(words.offline);
    again = AGAIN;
  }
  busy = false;
  if (again || typed() !== now) timer = setTimeout(save, again || QUIET);
}

function putBack(values) {
  const all = new Map();
  for (const [name, value] of JSON.parse(values)) all.set(name, [...(all.get(name) ?? []), value]);
  for (const field of form.elements) {
    if (!field.name || OURS.has(field.name) || field.type === "file") continue;
    const own = all.get(field.name) ?? [];
    if (field.type === "checkbox" || field.type === "radio") field.checked = own.includes(field.value);
    else if (own.length) field.value = own[0];
  }
  save();
}

function offerCopy() {
  const old = copy.read(), offer = document.getElementById("copy");
  const arrived = old?.sent && ("answered" in form.dataset || old.version !== form.elements.version.value);
  if (!old || old.values === known || arrived) return copy.drop();
  offer.hidden = false;
  offer.querySelector("time").textContent = new Date(old.at).toLocaleString(document.documentElement.lang);
  offer.addEventListener("click", event => {
    if (event.target.name === "put") putBack(old.values);
    else if (event.target.name === "drop") copy.drop();
    else return;
    offer.hidden = true;
  });
}

form.addEventListener("input", () => { copy.write(); clearTimeout(timer); timer = setTimeout(save, QUIET); });
form.addEventListener("submit", () => {
  clearTimeout(timer);
  if (typed() !== known) copy.write(true);
  known = typed(); // it is on its way: leaving the page sends nothing more
});
addEventListener("online", () => save());
addEventListener("visibilitychange", () => { if (document.hidden) save(true); });
addEventListener("pagehide", () => save(true));
offerCopy();
