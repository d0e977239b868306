// Makes elements. Nothing that comes from the service is ever read as markup.

const filled = (made, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
};

// An HTML element: attributes by name, listeners as `onclick` and so on, then its children.
export const element = (tag, attributes = {}, ...children) =>
  filled(document.createElement(tag), attributes, children);

// The same for a drawing.
export const shape = (tag, attributes = {}, ...children) =>
  filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

// Writes a text only where it differs, so that nobody's selection is lost.
export const write = (place, text) => {
  if (place.textContent !== text) place.textContent = text;
};

// Runs `draw` only when `key` differs from the one that `place` was drawn for.
export const redraw = (place, key, draw) => {
  const text = JSON.stringify(key);
  if (place.drawnFor === text) return;
  place.drawnFor = text;
  draw();
};

// The element of this id.
export const byId = (id) => document.getElementById(id);
