// Files of the needs form go to the server in parts as soon as they are chosen, and go on where they were cut.
const PART = 256 * 1024, AGAIN = 5000;
const form = document.getElementById("writing");
const words = document.getElementById("saved").dataset;

const token = () => document.cookie.match(/csrftoken=([^;]+)/)?.[1] ?? form.elements.csrfmiddlewaretoken.value;
const wait = time => new Promise(go => { setTimeout(go, time); addEventListener("online", go, { once: true }); });

async function post(address, body) {
  const headers = { Accept: "application/json", "X-CSRFToken": token() };
  const answer = await fetch(address, { method: "POST", body, headers });
  if (answer.status >= 500) throw new Error(answer.status);
  const said = answer.redirected ? null : await answer.json().catch(() => null);
  return said ?? { error: words.expired };
}

function describe(file) {
  const about = new FormData();
  about.set("name", file.name);
  about.set("size", file.size);
  about.set("tag", `${file.name} ${file.size} ${file.lastModified}`);
  return about;
}

async function send(input) {
  const file = input.files[0], place = input.parentElement;
  const told = place.querySelector("[role=status]") ?? place.appendChild(document.createElement("p"));
  told.setAttribute("role", "status");
  let state = null;
  while (file === input.files[0]) {
    try {
      const part = state && file.slice(state.received, state.received + PART);
      const said = await (part ? post(`${state.address}?offset=${state.received}`, part) : post(form.dataset.files, describe(file)));
      if (said.error) {
        told.textContent = said.error;
        input.value = "";
        return;
      }
      state = { ...state, ...said };
      told.textContent = words.sending.replace("%s", Math.floor(100 * state.received / file.size));
      if (!state.is_checked) continue;
      form.elements[input.name.replace(/file$/, "upload")].value = state.key;
      told.textContent = words.arrived.replace("%s", file.name);
      input.value = "";
      form.dispatchEvent(new Event("input"));
    } catch {
      told.textContent = words.waiting;
      await wait(AGAIN);
      state = null; // the server says how much has arrived
    }
  }
}

form.addEventListener("change", event => {
  if (event.target.type === "file" && event.target.files.length && form.dataset.files) send(event.target);
});
