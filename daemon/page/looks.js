// The looks that are stored: choose one, its strength, add one, remove one.

import { closable } from "./dialog.js";
import { byId, element, redraw, write } from "./element.js";
import { sentence } from "./words.js";

// Arrow keys change the strength step by step; it is set once they rest.
const REST_MS = 500;
// Pictures that every browser shows.
const SHOWN_TYPES = ["image/png", "image/jpeg"];
const NAME_RULE = "Letters a–z, digits, “-”, “_” and “.”, not “.” first.";
const TAKEN = "There is a look of this name; this one takes its place.";

const gallery = byId("gallery");
const strength = byId("strength");

export class Looks {
  #service;
  #act;
  #looks = [];
  #thumbnails = new Map();
  #camera = null;
  #resting = null;
  // Grows with every change made here, so that goals are fetched anew.
  edition = 0;
  #changed;

  // `act(words, call)` runs a call and says how it went; `changed()` is called when looks have changed.
  constructor(service, act, changed) {
    this.#service = service;
    this.#act = act;
    this.#changed = changed;
    strength.addEventListener("input", () => this.#strengthMoved());
    this.#prepareAdding();
    this.#prepareRemoving();
  }

  // Reads the list anew.
  async load() {
    const answer = await this.#service.call("GET", "looks");
    this.#looks = answer.looks;
    const damaged = answer.unreadable.map(({ file, reason }) => `${file}: ${reason}.`);
    byId("unreadable").replaceChildren(...damaged.map((words) => element("li", {}, words)));
    byId("unreadable").hidden = damaged.length === 0;
    const names = new Set(this.#looks.map(({ name }) => name));
    for (const [name, url] of this.#thumbnails) {
      if (!names.has(name)) this.#forget(name, url);
    }
    const shown = this.#looks.filter(({ kind }) => kind !== "taste");
    await Promise.all(shown.map(({ name }) => this.#thumbnail(name)));
    if (this.#camera) this.show(this.#camera);
  }

  #forget(name, url) {
    URL.revokeObjectURL(url);
    this.#thumbnails.delete(name);
  }

  async #thumbnail(name) {
    if (this.#thumbnails.has(name)) return;
    const path = `looks/${encodeURIComponent(name)}/thumbnail`;
    const blob = await this.#service.picture(path).catch(() => null);
    if (blob) this.#thumbnails.set(name, URL.createObjectURL(blob));
  }

  // Shows the looks, and which of them the camera is held on.
  show(status) {
    this.#camera = status;
    const names = this.#looks.map(({ name, kind, tags }) => [name, kind, tags, this.#thumbnails.get(name)]);
    redraw(gallery, names, () => gallery.replaceChildren(...this.#tiles()));
    for (const tile of gallery.children) {
      const choice = tile.firstChild;
      choice.setAttribute("aria-pressed", (choice.dataset.look ?? null) === status.look);
    }
    byId("no-looks").hidden = this.#looks.length > 0;
    strength.disabled = !status.look;
    if (this.#resting === null) {
      strength.value = Math.round(100 * status.strength);
      this.#sayStrength();
    }
  }

  #tiles() {
    const tiles = this.#looks.map(({ name, kind, tags }) => {
      const url = this.#thumbnails.get(name);
      const picture = url
        ? element("img", { src: url, alt: "" })
        : element("span", { class: "blank" }, kind === "taste" ? "a taste" : "no picture");
      const choice = element(
        "button",
        { type: "button", class: "choice", "data-look": name, onclick: () => this.#choose(name) },
        picture,
        element("span", { class: "name" }, name),
        element("span", { class: "tags" }, tagWords(kind, tags)),
      );
      const remove = element(
        "button",
        { type: "button", class: "remove", "aria-label": `Remove the look ${name}`, onclick: () => this.#askRemoval(name) },
        "×",
      );
      return element("li", {}, choice, remove);
    });
    if (tiles.length === 0) return [];
    const none = element(
      "button",
      { type: "button", class: "choice", onclick: () => this.#choose(null) },
      element("span", { class: "blank" }, "as set"),
      element("span", { class: "name" }, "No look"),
    );
    return [...tiles, element("li", {}, none)];
  }

  #choose(name) {
    const { name: camera, look, strength: standing } = this.#camera;
    // A look begins at its full strength, the same look keeps the one it has.
    const body = { name, strength: name === look ? standing : 1 };
    const words = name ? `${camera} is held on ${name} from now on` : `${camera} is held on no look`;
    this.#act(words, () => this.#put(camera, body));
  }

  #put(camera, body) {
    return this.#service.call("PUT", `cameras/${encodeURIComponent(camera)}/look`, body);
  }

  #strengthMoved() {
    this.#sayStrength();
    clearTimeout(this.#resting);
    const { name: camera, look } = this.#camera;
    this.#resting = setTimeout(async () => {
      const body = { name: look, strength: Number(strength.value) / 100 };
      await this.#act(`${look} at ${strength.value} %`, () => this.#put(camera, body));
      this.#resting = null;
    }, REST_MS);
  }

  #sayStrength() {
    const words = `${strength.value} %`;
    write(byId("strength-value"), words);
    strength.setAttribute("aria-valuetext", words);
    strength.style.setProperty("--place", words.replace(" ", ""));
  }

  #prepareAdding() {
    const dialog = byId("add-dialog");
    const form = dialog.querySelector("form");
    const file = byId("look-picture");
    const name = byId("look-name");
    const refused = byId("add-refused");
    const force = byId("force");
    const preview = byId("look-preview");
    const clear = () => {
      for (const image of preview.querySelectorAll("img")) URL.revokeObjectURL(image.src);
      preview.replaceChildren();
      refused.hidden = true;
      force.checked = false;
      force.parentElement.hidden = true;
    };
    const noteName = () => {
      const isTaken = this.#looks.some((look) => look.name === name.value);
      write(byId("look-name-note"), isTaken ? TAKEN : NAME_RULE);
    };
    name.addEventListener("input", noteName);
    closable(dialog);
    dialog.addEventListener("close", clear);
    byId("add-look").addEventListener("click", () => {
      form.reset();
      clear();
      noteName();
      dialog.showModal();
    });
    file.addEventListener("change", () => {
      clear();
      const [chosen] = file.files;
      if (!chosen) return;
      if (SHOWN_TYPES.includes(chosen.type)) {
        preview.append(element("img", { src: URL.createObjectURL(chosen), alt: "The chosen picture" }));
      }
      name.value ||= nameOf(chosen.name);
      noteName();
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const wanted = name.value;
      const button = form.querySelector("[type=submit]");
      button.disabled = true;
      refused.hidden = true;
      try {
        const path = `looks/${encodeURIComponent(wanted)}${force.checked ? "?force=true" : ""}`;
        await this.#service.call("PUT", path, file.files[0]);
        dialog.close();
        this.#forget(wanted, this.#thumbnails.get(wanted) ?? "");
        await this.#act(`The look ${wanted} is stored`, () => this.#reload());
      } catch (error) {
        refused.hidden = false;
        write(refused, sentence(error.message));
        // A bad reference can be insisted on.
        force.parentElement.hidden = error.status !== 422;
      } finally {
        button.disabled = false;
      }
    });
  }

  async #reload() {
    this.edition += 1;
    await this.load();
    this.#changed();
  }

  #askRemoval(name) {
    const dialog = byId("remove-dialog");
    dialog.dataset.look = name;
    write(
      byId("remove-words"),
      `“${name}” is removed from the store, and cannot be brought back from here.`,
    );
    dialog.showModal();
  }

  #prepareRemoving() {
    const dialog = byId("remove-dialog");
    closable(dialog);
    dialog.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      const { look } = dialog.dataset;
      dialog.close();
      this.#act(`The look ${look} is removed`, async () => {
        await this.#service.call("DELETE", `looks/${encodeURIComponent(look)}`);
        await this.#reload();
      });
    });
  }
}

// `"style"`, `{illuminant: "D65"}` → "style · D65"
const tagWords = (kind, tags) =>
  [...(kind === "style" ? [kind] : []), ...Object.values(tags ?? {})].join(" · ");

// A name for a look from that of a file.
const nameOf = (file) =>
  file
    .replace(/\.[^.]*$/, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9_.-]+/g, "-")
    .replaceAll(/^[-.]+|-+$/g, "")
    .slice(0, 64);
