const slider = document.getElementById("slider");
const [under, over] = slider.querySelectorAll(".compare img");
const sides = comparison(slider.querySelector(".compare"));
const names = { goal: "Goal", before: "Before", after: "After" };

// The pictures stand in the page once; the slider borrows them.
const show = (pair) => {
  const [first, second] = pair.split("-");
  for (const [image, name] of [[over, first], [under, second]]) {
    image.src = document.getElementById("picture-" + name).src;
    image.alt = names[name];
  }
  sides(names[first], names[second]);
};
for (const radio of slider.querySelectorAll("input[name=pair]")) {
  radio.addEventListener("change", () => show(radio.value));
}
show(slider.querySelector("input[name=pair]:checked")?.value ?? "before-after");
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
