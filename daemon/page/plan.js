// What a tune would do, as the service answers it.

import { byId, element } from "./element.js";
import { apart, decibels, delta, distance, isOfStyle, label, native, signed } from "./words.js";

// Changes below this are none.
const CHANGE_FROM = 0.005;

const panel = byId("planned");

// Takes the plan away.
export const hidePlan = () => {
  panel.hidden = true;
};

// Shows the answer to `plan` for a camera; `retune()` does it.
export const showPlan = (status, { params, native: natives, now, predicted }, retune) => {
  const changes = status.parameters.filter(
    ({ name, value }) => Math.abs((params[name] ?? value) - value) >= CHANGE_FROM,
  );
  const row = ({ name, key, value, native: standing, unit }) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, label(name)),
      element("td", { class: "number" }, `${signed(value)} → ${signed(params[name])}`),
      element(
        "td",
        { class: "number optional" },
        key in natives ? `${native(standing, "")} → ${native(natives[key], unit)}` : "",
      ),
    );
  const heading = element("h2", { id: "planned-heading", tabindex: -1 }, "What a tune would try first");
  panel.replaceChildren(
    heading,
    element(
      "p",
      {},
      "Predicted: ",
      element("b", {}, distance(predicted)),
      ...(isOfStyle(predicted)
        ? [` instead of ${apart(now.style_distance)}`]
        : [
            ` instead of ${delta(now.delta_e00)}, `,
            element("b", {}, decibels(predicted.psnr_db)),
            ` instead of ${decibels(now.psnr_db)}`,
          ]),
      ". Nothing was written.",
    ),
    changes.length
      ? element(
          "table",
          {},
          element(
            "thead",
            {},
            element(
              "tr",
              {},
              element("th", { scope: "col" }, "Parameter"),
              element("th", { scope: "col", class: "number" }, "Canonical"),
              element("th", { scope: "col", class: "number optional" }, "Pipeline’s value"),
            ),
          ),
          element("tbody", {}, ...changes.map(row)),
        )
      : element("p", { class: "small" }, "No parameter would change."),
    element(
      "p",
      { class: "buttons" },
      element("button", { type: "button", onclick: close }, "Close"),
      element(
        "button",
        {
          type: "button",
          class: "strong",
          onclick: () => {
            close();
            retune();
          },
        },
        "Retune now",
      ),
    ),
  );
  panel.hidden = false;
  heading.focus();
};

const close = () => {
  hidePlan();
  byId("plan").focus();
};
