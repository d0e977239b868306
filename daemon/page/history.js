// The settings that were adopted, and the way back to one of them.

import { byId, element, redraw } from "./element.js";
import { apart, decibels, delta, distance, isOfStyle, moment } from "./words.js";

// So many are shown until somebody asks for all.
const SHOWN = 5;
// Settings that differ by less than this are the same.
const SAME_BELOW = 1e-4;

const list = byId("history");
const more = byId("all-history");
let allOf = null;

// Shows the history of a camera; `revert(adoption)` is called for the one to go back to.
export const showHistory = (status, revert) => {
  const { name, history, parameters } = status;
  const standing = Object.fromEntries(parameters.map((entry) => [entry.name, entry.value]));
  const now = history.find(({ params }) => isSame(params, standing));
  const shown = allOf === name ? history : history.slice(0, SHOWN);
  more.hidden = shown.length === history.length;
  more.textContent = `Show all ${history.length}`;
  more.onclick = () => {
    allOf = name;
    showHistory(status, revert);
    list.children[SHOWN]?.querySelector("button")?.focus();
  };
  redraw(list, [name, shown, now?.at_ms], () => {
    if (shown.length === 0) {
      list.replaceChildren(element("li", { class: "small" }, "Nothing was adopted yet."));
      return;
    }
    list.replaceChildren(...shown.map((adoption) => entry(adoption, adoption === now, revert)));
  });
};

// Whether two settings are the same.
export const isSame = (params, standing) =>
  Object.entries(params).every(([name, value]) => Math.abs(value - standing[name]) < SAME_BELOW);

const entry = (adoption, stands, revert) => {
  const { at_ms: at, look, before, after } = adoption;
  const time = moment(at);
  const change = isOfStyle(after)
    ? [before ? `${apart(before.style_distance)} → ${distance(after)}` : "as the policy named it"]
    : [
        before && after && `${delta(before.delta_e00)} → ${distance(after)}`,
        !before && after && distance(after),
        after && decibels(after.psnr_db),
      ];
  return element(
    "li",
    {},
    element(
      "div",
      {},
      element("p", {}, element("time", { datetime: new Date(at).toISOString() }, time), ` · ${look ?? "set by hand"}`),
      element("p", { class: "small" }, change.filter(Boolean).join(" · ") || "not measured"),
    ),
    stands
      ? element("span", { class: "pill kept" }, "stands")
      : element(
          "button",
          { type: "button", "aria-label": `Go back to the setting of ${time}`, onclick: () => revert(adoption) },
          "Go back",
        ),
  );
};
