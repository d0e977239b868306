// The parameters of a camera: what stands, what a tune may set, which are locked, and values that a
// person sets.

import { byId, element, redraw, shape, write } from "./element.js";
import { count, label, native, signed } from "./words.js";

// Arrow keys move a value by this much.
const STEP = 0.01;
// A value this near to a limit is at it.
const AT_LIMIT = 1e-6;

const body = byId("parameters");

export class Parameters {
  #act;
  #service;
  #status = null;
  // Canonical name → value that a person has chosen and not set yet.
  #edited = new Map();
  #rows = new Map();

  // `act(words, call)` runs a call and says how it went.
  constructor(service, act) {
    this.#service = service;
    this.#act = act;
    byId("set-values").addEventListener("click", () => this.#set());
    byId("undo-values").addEventListener("click", () => this.#undo());
  }

  // Shows the parameters of a camera.
  show(status) {
    if (status.name !== this.#status?.name) this.#edited.clear();
    this.#status = status;
    const names = status.parameters.map(({ name }) => name);
    redraw(body, [status.name, names], () => {
      this.#rows.clear();
      body.replaceChildren(...names.map((name) => this.#row(name)));
    });
    body.parentElement.hidden = names.length === 0;
    byId("parameters-note").hidden = names.length === 0;
    byId("no-parameters").hidden = names.length > 0;
    for (const entry of status.parameters) this.#draw(entry);
    this.#drawEdited();
  }

  #row(name) {
    const part = (kind) => element("span", { class: kind });
    const parts = {
      note: element("span", { class: "pill", hidden: true }),
      meter: element("div", { class: "meter" }),
      allowed: part("allowed"),
      fill: part("fill"),
      stands: part("stands"),
      knob: part("knob"),
      range: element("input", {
        type: "range",
        min: -1,
        max: 1,
        step: STEP,
        "aria-label": label(name),
        oninput: () => this.#moved(name),
      }),
      canonical: element("td", { class: "number canonical" }),
      native: element("td", { class: "number native" }),
      allowedWords: element("td", { class: "number range" }),
      lock: element(
        "button",
        {
          type: "button",
          class: "lock",
          "aria-label": `Lock ${label(name).toLowerCase()}`,
          onclick: () => this.#lock(name),
        },
        padlock(),
      ),
    };
    parts.meter.append(
      part("track"),
      parts.allowed,
      parts.fill,
      part("zero"),
      parts.stands,
      parts.range,
      parts.knob,
    );
    this.#rows.set(name, parts);
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, label(name), parts.note),
      element("td", { class: "where" }, parts.meter),
      parts.canonical,
      parts.native,
      parts.allowedWords,
      element("td", { class: "number locks" }, parts.lock),
    );
  }

  #draw(entry) {
    const { name, value: standing, low, high, locked, unit } = entry;
    const parts = this.#rows.get(name);
    const edited = this.#edited.get(name);
    const value = edited ?? standing;
    const percent = (place) => `${(50 + 50 * place).toFixed(2)}%`;
    const span = (place, from, to) => {
      place.style.left = percent(Math.min(from, to));
      place.style.width = `${(50 * Math.abs(to - from)).toFixed(2)}%`;
    };
    span(parts.allowed, locked ? 0 : low, locked ? 0 : high);
    span(parts.fill, 0, value);
    parts.knob.style.left = percent(value);
    parts.stands.style.left = percent(standing);
    parts.stands.hidden = edited === undefined;
    parts.meter.classList.toggle("locked", locked);
    parts.meter.classList.toggle("edited", edited !== undefined);
    if (document.activeElement !== parts.range || edited === undefined) parts.range.value = value;
    parts.range.disabled = locked;
    // In its own units a value is known once it stands.
    const own = edited === undefined ? native(entry.native, unit) : "…";
    parts.range.setAttribute("aria-valuetext", `${signed(value)}${edited === undefined ? `, ${own}` : ""}`);
    write(parts.canonical, signed(value, 3));
    write(parts.native, own);
    write(parts.allowedWords, locked ? "fixed" : `${signed(low)} … ${signed(high)}`);
    const atLimit = standing <= low + AT_LIMIT || standing >= high - AT_LIMIT;
    parts.note.hidden = !locked && !atLimit;
    parts.note.className = locked ? "pill lock" : "pill limit";
    write(parts.note, locked ? "locked" : "at its limit");
    parts.lock.setAttribute("aria-pressed", locked);
    parts.lock.title = locked ? "Locked: left alone. Press to unlock." : "Press to have it left alone.";
  }

  #entry(name) {
    return this.#status.parameters.find((entry) => entry.name === name);
  }

  #moved(name) {
    const entry = this.#entry(name);
    const { range } = this.#rows.get(name);
    const value = Math.min(entry.high, Math.max(entry.low, Number(range.value)));
    range.value = value;
    if (Math.abs(value - entry.value) < STEP / 2) this.#edited.delete(name);
    else this.#edited.set(name, value);
    this.#draw(entry);
    this.#drawEdited();
  }

  #drawEdited() {
    const bar = byId("edited");
    bar.hidden = this.#edited.size === 0;
    write(byId("edited-words"), `${count(this.#edited.size, "value")} changed, not set yet.`);
  }

  #call(method, path, sent) {
    const { name } = this.#status;
    return this.#service.call(method, `cameras/${encodeURIComponent(name)}/${path}`, sent);
  }

  async #set() {
    const params = Object.fromEntries(this.#edited);
    const isSet = await this.#act("Set; the camera is left as it is until you resume", () =>
      this.#call("PUT", "params", params),
    );
    if (isSet) this.#undo();
  }

  #undo() {
    this.#edited.clear();
    this.show(this.#status);
    body.querySelector("input:enabled")?.focus({ focusVisible: false });
  }

  #lock(name) {
    const { locked } = this.#entry(name);
    const others = this.#status.parameters.filter((entry) => entry.locked && entry.name !== name);
    const parameters = others.map((entry) => entry.name);
    if (!locked) parameters.push(name);
    const words = locked
      ? `${label(name)} may be tuned again, unless the configuration locks it`
      : `${label(name)} is left alone`;
    this.#act(words, () => this.#call("PUT", "locks", { parameters }));
  }
}

const padlock = () =>
  shape(
    "svg",
    { width: 18, height: 18, viewBox: "0 0 18 18", "aria-hidden": "true" },
    shape("path", { class: "shackle", d: "M6 8V5.5a3 3 0 0 1 6 0V8" }),
    shape("rect", { x: 3.5, y: 8, width: 11, height: 7.5, rx: 1.6 }),
  );
