// The groups that a camera is in, and how far their cameras are apart.

import { byId, element, redraw } from "./element.js";
import { delta, sentence, verdict } from "./words.js";

const card = byId("groups-card");
const list = byId("groups");

// Shows those of `groups`, as the service tells them, that the camera of this name is in.
export const showGroups = (groups, name) => {
  const own = groups.filter(({ cameras }) => cameras.includes(name));
  card.hidden = own.length === 0;
  redraw(list, own, () => list.replaceChildren(...own.map(entry)));
};

const entry = (group) =>
  element(
    "li",
    {},
    element(
      "div",
      {},
      element("p", {}, element("b", {}, group.name), ` · ${group.cameras.join(", ")}`),
      element("p", { class: "small" }, reason(group)),
    ),
    group.spread
      ? element("span", { class: `spread ${verdict(group.spread.delta_e00)}` }, `${delta(group.spread.delta_e00)} ΔE₀₀`)
      : null,
  );

const reason = ({ spread, message }) => {
  if (spread) return `${spread.between.join(" and ")} differ most.`;
  return message ? sentence(message) : "Fewer than two of its cameras have a picture.";
};
