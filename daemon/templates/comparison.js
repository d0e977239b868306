// Two pictures on one another, divided where the pointer or the arrow keys say. Used by the report,
// where it stands in the page itself, and by the page of the service.
export const comparison = (compare) => {
  const range = compare.querySelector("input");
  const [left, right] = compare.querySelectorAll(".tag");

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
    if (event.button !== 0 || range.disabled) return;
    compare.setPointerCapture(event.pointerId);
    range.focus({ preventScroll: true, focusVisible: false });
    // Kept from starting a text selection or a picture drag, but not from scrolling a touch screen.
    if (event.pointerType === "mouse") event.preventDefault();
    follow(event);
  });
  compare.addEventListener("pointermove", (event) => {
    if (compare.hasPointerCapture(event.pointerId)) follow(event);
  });

  // Says what lies on the left and on the right.
  return (leftName, rightName) => {
    left.textContent = leftName;
    right.textContent = rightName;
    const words = `${leftName} on the left, ${rightName.toLowerCase()} on the right`;
    range.setAttribute("aria-label", words);
    place(range.value);
  };
};
