// What the browser tests share: headless Chromium, and what a person would see of a page.
import { chromium } from "playwright-core";

// Starts Chromium without anything that differs between machines or calls home.
export const launch = (executablePath) =>
  chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--force-color-profile=srgb",
      "--hide-scrollbars",
    ],
  });

// The references were made with this font; a machine's own would break lines elsewhere.
export const useOneFont = (page) =>
  page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('* { font-family: "DejaVu Sans", sans-serif !important; }');
    document.adoptedStyleSheets = [sheet];
  });

// Sizes, and all that sticks out of the window.
export const layout = (page) =>
  page.evaluate(() => {
    const isUnseen = (element) => element.closest(".unseen, .skip, [role=tablist]");
    const wide = [...document.querySelectorAll("body *")]
      .filter((element) => {
        const box = element.getBoundingClientRect();
        return box.width > 1 && (box.right > innerWidth + 0.5 || box.left < -0.5) && !isUnseen(element);
      })
      .map((element) => `${element.tagName} ${element.className} ${element.textContent.slice(0, 30)}`);
    const smallest = [...document.querySelectorAll("svg.plot text")].map((text) => {
      const scale = text.ownerSVGElement.getBoundingClientRect().width / 420;
      return parseFloat(getComputedStyle(text).fontSize) * scale;
    });
    return {
      scroll_width: document.documentElement.scrollWidth,
      inner_width: innerWidth,
      wide,
      pictures: [...document.images].map((image) => [image.naturalWidth, image.naturalHeight]),
      without_alt: [...document.images].filter((image) => !image.alt).length,
      smallest_plot_text: Math.min(...smallest),
    };
  });

// What the slider shows: its value, and the share of the upper picture that is not clipped away.
export const slider = (page) =>
  page.evaluate(() => {
    const over = document.querySelector(".compare .over");
    const clip = getComputedStyle(over).clipPath;
    const box = document.querySelector(".compare").getBoundingClientRect();
    const bar = document.querySelector(".compare .bar").getBoundingClientRect();
    return {
      value: Number(document.querySelector(".compare input").value),
      clip,
      bar: (bar.left + bar.width / 2 - box.left) / box.width,
      left: document.querySelector(".compare .tag.left").textContent,
      same_source: over.src === document.querySelector(".compare .under").src,
    };
  });

const middle = async (page) => {
  const compare = page.locator(".compare");
  await compare.scrollIntoViewIfNeeded();
  const box = await compare.boundingBox();
  return { y: box.y + box.height / 2, x: (share) => box.x + box.width * share };
};

// Moves the slider by arrow keys, by Home and by the mouse, and returns it after each.
export const useSlider = async (page) => {
  const states = { start: await slider(page) };
  await page.locator(".compare input").focus();
  for (let press = 0; press < 12; press += 1) await page.keyboard.press("ArrowRight");
  states.keyboard = await slider(page);
  await page.keyboard.press("Home");
  states.home = await slider(page);
  const { y, x } = await middle(page);
  await page.mouse.move(x(0.5), y);
  await page.mouse.down();
  await page.mouse.move(x(0.4), y, { steps: 3 });
  await page.mouse.move(x(0.2), y, { steps: 3 });
  await page.mouse.up();
  states.drag = await slider(page);
  await page.mouse.move(x(0.7), y);
  states.released = await slider(page);
  return states;
};

// Moves the slider with a finger.
export const touchSlider = async (page) => {
  const session = await page.context().newCDPSession(page);
  const finger = await middle(page);
  const touch = (type, share) =>
    session.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: type === "touchEnd" ? [] : [{ x: finger.x(share), y: finger.y }],
    });
  await touch("touchStart", 0.5);
  for (const share of [0.55, 0.65, 0.75, 0.8]) await touch("touchMove", share);
  await touch("touchEnd");
  return slider(page);
};
