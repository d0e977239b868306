// What the camera is doing, how near it is to the look, and what is wrong, in plain words.

import { byId, element, redraw, write } from "./element.js";
import {
  apart,
  count,
  decibels,
  delta,
  faultKind,
  headline,
  isOfStyle,
  label,
  moment,
  sentence,
  signed,
  similarity,
} from "./words.js";

let spoken = "";

// Draws the top of the page for one camera.
export const showHead = (status) => {
  const { title, meaning, tone } = headline(status);
  write(byId("headline"), title);
  byId("headline").className = tone;
  write(byId("meaning"), meaning);
  write(byId("state"), label(status.state));
  write(byId("since"), status.since_ms ? `since ${moment(status.since_ms)}` : "");
  byId("dot").className = `dot ${tone}`;
  document.title = `${status.name}: ${title} · isptune`;

  // The headline changes with every measurement; read aloud is only another state.
  const state = `${status.name}: ${label(status.state)}`;
  if (spoken && spoken !== state) write(byId("spoken"), `${state}. ${title}.`);
  spoken = state;

  const hold = byId("hold");
  write(hold, status.paused ? "Resume" : "Hold");
  hold.classList.toggle("strong", status.paused);
  byId("retune").classList.toggle("strong", !status.paused);
  showNotices(status, tone);
  showReadings(status);
  showCounts(status);
};

const showNotices = ({ message, blind, state }, tone) => {
  const texts = [];
  if (message) texts.push([tone === "good" || tone === "work" ? "plain" : tone, message]);
  if (blind && blind !== message) texts.push(["fair", blind]);
  const list = byId("notices");
  redraw(list, [state, texts], () => {
    list.replaceChildren(
      ...texts.map(([kind, text]) => element("li", { class: `notice ${kind}` }, sentence(text))),
    );
  });
};

const STYLE_MEASURES = [["Distance of style", "style_distance", apart]];
const MEASURES = [
  ["Difference ΔE₀₀", "delta_e00", delta],
  ["PSNR", "psnr_db", decibels],
  ["SSIM", "ssim", similarity],
];

const showReadings = ({ found, now, reached, retunes_last_hour: retunes }) => {
  const list = byId("readings");
  list.hidden = !now && !found && !reached;
  redraw(list, [found, now, reached, retunes], () => {
    const measures = [found, now, reached].some(isOfStyle) ? STYLE_MEASURES : MEASURES;
    const tiles = measures.map(([name, key, words]) =>
      element(
        "div",
        {},
        element("dt", {}, name),
        element("dd", { class: "value" }, now ? words(now[key]) : "–"),
        element("dd", { class: "note" }, found ? `${words(found[key])} as found` : ""),
        element("dd", { class: "note" }, reached ? `${words(reached[key])} when tuned` : ""),
      ),
    );
    tiles.push(
      element(
        "div",
        {},
        element("dt", {}, "Retunes on its own"),
        element("dd", { class: "value" }, String(retunes)),
        element("dd", { class: "note" }, "within the last hour"),
      ),
    );
    list.replaceChildren(...tiles);
  });
};

// "−2.3 EV beside the look, 3,100 K"
const lightWords = ({ ev, kelvin }) =>
  [`${signed(ev, 1)} EV beside the look`, kelvin && `${kelvin.toLocaleString()} K`].filter(Boolean).join(", ");

const KINDS = { finish: "a finished picture", style: "a style", taste: "a taste" };

const showCounts = ({ counts, camera, kind, light }) => {
  const list = byId("counts");
  redraw(list, [counts, camera, kind, light], () => {
    const faults = Object.entries(counts.faults);
    const rows = [
      ["Camera", camera ?? "not open yet"],
      ...(kind ? [["Held on", KINDS[kind] ?? kind]] : []),
      ["Tunes", `${counts.tunes.toLocaleString()}, ${count(counts.queries, "query", "queries")}`],
      ["Settings adopted", counts.adoptions.toLocaleString()],
      ["Measurements", counts.measurements.toLocaleString()],
      ...(light ? [["Light of the scene", lightWords(light)]] : []),
      ["Faults", faults.map(([kind, number]) => `${faultKind(kind)}: ${number}`).join(", ") || "none"],
    ];
    list.replaceChildren(
      ...rows.map(([name, value]) =>
        element("div", {}, element("dt", {}, name), element("dd", {}, value)),
      ),
    );
  });
};
