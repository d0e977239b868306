"use strict";
(() => {
  const slider = document.getElementById("slider");
  const compare = slider.querySelector(".compare");
  const range = compare.querySelector("input");
  const [under, over] = compare.querySelectorAll("img");
  const [left, right] = compare.querySelectorAll(".tag");
  const names = { goal: "Goal", before: "Before", after: "After" };

  // The pictures stand in the page once; the slider borrows them.
  const show = (pair) => {
    const [first, second] = pair.split("-");
    for (const [image, name] of [[over, first], [under, second]]) {
      image.src = document.getElementById("picture-" + name).src;
      image.alt = names[name];
    }
    left.textContent = names[first];
    right.textContent = names[second];
    range.setAttribute("aria-label", `${names[first]} on the left, ${names[second]} on the right`);
    place(range.value);
  };
  const place = (percent) => {
    range.value = percent;
    range.setAttribute("aria-valuetext", `${Math.round(range.value)} % ${left.textContent}`);
    compare.style.setProperty("--place", range.value + "%");
  };
  const follow = (event) => {
    const box = compare.getBoundingClientRect();
    place((100 * (event.clientX - box.left)) / box.width);
  };

  range.addEventListener("input", () => place(range.value));
  compare.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    compare.setPointerCapture(event.pointerId);
    range.focus({ preventScroll: true, focusVisible: false });
    // Kept from starting a text selection or a picture drag, but not from scrolling a touch screen.
    if (event.pointerType === "mouse") event.preventDefault();
    follow(event);
  });
  compare.addEventListener("pointermove", (event) => {
    if (compare.hasPointerCapture(event.pointerId)) follow(event);
  });
  for (const radio of slider.querySelectorAll("input[name=pair]")) {
    radio.addEventListener("change", () => show(radio.value));
  }
  show(slider.querySelector("input[name=pair]:checked").value);
  slider.hidden = false;

  const copy = document.querySelector(".copy");
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      const text = document.getElementById("command").textContent;
      try {
        await navigator.clipboard.writeText(text);
        copy.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(document.getElementById("command"));
        copy.textContent = "Selected: press Ctrl+C";
      }
    });
  }
})();
