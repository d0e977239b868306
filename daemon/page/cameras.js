// The cameras as tabs: arrow keys, Home and End go from one to the next.

import { byId, element, redraw, write } from "./element.js";
import { headline, label } from "./words.js";

const list = byId("cameras");
const panel = byId("camera");

// Shows the tabs of `cameras`; `choose(name)` is called for the one that a person chooses.
export const showCameras = (cameras, chosen, choose) => {
  const names = cameras.map(({ name }) => name);
  list.hidden = names.length < 2;
  redraw(list, names, () => {
    const made = names.map((name) =>
      element(
        "button",
        {
          type: "button",
          role: "tab",
          "aria-controls": panel.id,
          onclick: () => choose(name),
        },
        element("span", { class: "dot" }),
        element("span", {}, name),
        element("span", { class: "unseen" }),
      ),
    );
    list.replaceChildren(...made);
  });
  cameras.forEach((status, index) => {
    const tab = list.children[index];
    const isChosen = status.name === chosen;
    tab.setAttribute("aria-selected", isChosen);
    tab.tabIndex = isChosen ? 0 : -1;
    tab.firstChild.className = `dot ${headline(status).tone}`;
    write(tab.lastChild, `, ${label(status.state)}`);
  });
  if (list.hidden) panel.removeAttribute("role");
  else panel.setAttribute("role", "tabpanel");
};

list.addEventListener("keydown", (event) => {
  const tabs = [...list.children];
  const at = tabs.indexOf(document.activeElement);
  const next = {
    ArrowRight: (at + 1) % tabs.length,
    ArrowLeft: (at + tabs.length - 1) % tabs.length,
    Home: 0,
    End: tabs.length - 1,
  }[event.key];
  if (at < 0 || next === undefined) return;
  event.preventDefault();
  tabs[next].focus();
  tabs[next].click();
});
