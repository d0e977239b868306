// The pictures of a camera, and the slider between two of them.

import { comparison } from "./comparison.js";
import { byId, element, write } from "./element.js";

// Pictures are asked for in steps of this many pixels, so that few sizes are made.
const WIDTH_STEP = 320;
// The service gives none that is wider.
const WIDEST = 1280;
const NAMES = { live: "Live", goal: "Goal", found: "Found" };
const DRAG = "Drag anywhere on the picture, or use the arrow keys.";
const ALTS = {
  live: "The camera’s picture now",
  goal: "The look that the camera is held on",
  found: "The picture as it was found, before anything was set",
};

const frame = document.querySelector(".compare");
const over = element("img", { class: "over", alt: "" });
const under = element("img", { class: "under", alt: "" });
frame.prepend(under, over);
const sides = comparison(frame);
const range = frame.querySelector("input");

// By kind: what it was fetched for, where it lies, whether it is being fetched.
const held = { live: {}, goal: {}, found: {} };
let owner = null;

// Shows the pictures of `status`, asking `service` for those that may have changed. `looksEdition`
// counts the changes of looks made on this page.
export const showPictures = (service, status, looksEdition, failed) => {
  if (owner !== status.name) {
    owner = status.name;
    for (const kind of Object.keys(held)) forget(kind);
    draw();
  }
  const { counts, look, strength, camera, state, found } = status;
  const measured = JSON.stringify([counts.measurements, counts.queries, state]);
  const keys = { live: measured, goal: [look, strength, looksEdition], found: [camera, found] };
  if (!look) forget("goal");
  for (const [kind, key] of Object.entries(keys)) {
    // A camera that was never open has no pictures.
    if (camera && (look || kind !== "goal")) refresh(service, kind, { key: JSON.stringify(key), measured }, failed);
  }
};

const forget = (kind) => {
  const { url } = held[kind];
  held[kind] = {};
  if (!url) return;
  URL.revokeObjectURL(url);
  draw();
};

const refresh = async (service, kind, wanted, failed) => {
  const entry = held[kind];
  entry.wanted = wanted;
  // One that is not there may come with the next measurement.
  const isFresh = entry.key === wanted.key && (entry.url || entry.measured === wanted.measured);
  if (entry.loading || isFresh || document.hidden) return;
  entry.loading = true;
  try {
    const path = `cameras/${encodeURIComponent(owner)}/picture?kind=${kind}&width=${width()}`;
    const blob = await service.picture(path);
    // Meanwhile another camera may have been chosen.
    if (held[kind] !== entry) return;
    const url = blob && URL.createObjectURL(blob);
    if (url) await decoded(url);
    if (entry.url) URL.revokeObjectURL(entry.url);
    Object.assign(entry, wanted, { url });
    draw();
  } catch (error) {
    failed(error);
    return;
  } finally {
    entry.loading = false;
  }
  if (entry.wanted !== wanted) refresh(service, kind, entry.wanted, failed);
};

const decoded = async (url) => {
  const image = new Image();
  image.src = url;
  await image.decode();
};

const width = () => {
  const pixels = frame.clientWidth * devicePixelRatio;
  return Math.min(WIDEST, Math.ceil(pixels / WIDTH_STEP) * WIDTH_STEP || WIDTH_STEP);
};

const put = (image, kind) => {
  const url = held[kind].url ?? "";
  image.alt = ALTS[kind];
  image.dataset.kind = kind;
  image.hidden = !url;
  if (url && image.src !== url) image.src = url;
};

const draw = () => {
  const pair = document.querySelector("input[name=pair]:checked").value.split("-");
  const [first, second] = pair.length === 2 ? pair : [null, pair[0]];
  put(under, second);
  if (first) put(over, first);
  const both = first !== null && Boolean(held[first].url && held[second].url);
  frame.classList.toggle("single", !both);
  frame.classList.toggle("empty", !held[second].url);
  if (!both) over.hidden = true;
  range.disabled = !both;
  range.hidden = !both;
  sides(NAMES[first] ?? "", NAMES[second]);
  const missing = pair.filter((kind) => !held[kind].url).map((kind) => NAMES[kind].toLowerCase());
  const note = both ? DRAG : missing.length ? `There is no ${missing.join(" and no ")} picture yet.` : "";
  write(byId("picture-note"), note);
};

for (const radio of document.querySelectorAll("input[name=pair]")) {
  radio.addEventListener("change", draw);
}
