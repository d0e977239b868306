// Opens a report in headless Chromium and writes down what a person would meet.
// node report.mjs REPORT.html OUTPUT_FOLDER CHROMIUM -> facts.json and screenshots in OUTPUT_FOLDER
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [report, folder, executablePath] = process.argv.slice(2);
const browser = await chromium.launch({
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
const facts = { console: [], requests: [], views: {} };

const open = async (width, height, options = {}) => {
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.on("console", (message) => facts.console.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => facts.console.push(`exception: ${error.message}`));
  page.on("request", (request) => {
    if (!request.url().startsWith("data:")) facts.requests.push(request.url().split(":")[0]);
  });
  await page.goto(pathToFileURL(report).href);
  // The references were made with this font; a machine's own would break lines elsewhere.
  await page.addStyleTag({ content: '* { font-family: "DejaVu Sans", sans-serif !important; }' });
  await page.evaluate(() => Promise.all([...document.images].map((image) => image.decode())));
  return page;
};

const layout = (page) =>
  page.evaluate(() => {
    const wide = [...document.querySelectorAll("body *")]
      .filter((element) => {
        const box = element.getBoundingClientRect();
        return box.width > 1 && (box.right > innerWidth + 0.5 || box.left < -0.5);
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
const slider = (page) =>
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

// Mean and spread of a picture's luma, from its decoded pixels.
const luma = (page, id) =>
  page.evaluate((id) => {
    const image = document.getElementById(id);
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    let [sum, squares, count] = [0, 0, 0];
    for (let at = 0; at < data.length; at += 4) {
      const value = 0.2126 * data[at] + 0.7152 * data[at + 1] + 0.0722 * data[at + 2];
      sum += value;
      squares += value * value;
      count += 1;
    }
    const mean = sum / count;
    return { mean, spread: Math.sqrt(Math.max(0, squares / count - mean * mean)) };
  }, id);

const middle = async (page) => {
  const compare = page.locator(".compare");
  await compare.scrollIntoViewIfNeeded();
  const box = await compare.boundingBox();
  return { box, y: box.y + box.height / 2, x: (share) => box.x + box.width * share };
};

const shot = (page, name) => page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });

try {
  const desktop = await open(1280, 900, { colorScheme: "light" });
  facts.views[1280] = await layout(desktop);
  await shot(desktop, "desktop");
  facts.maps = { before: await luma(desktop, "map-before"), after: await luma(desktop, "map-after") };

  facts.slider = { start: await slider(desktop) };
  await desktop.locator(".compare input").focus();
  for (let press = 0; press < 12; press += 1) await desktop.keyboard.press("ArrowRight");
  facts.slider.keyboard = await slider(desktop);
  await desktop.keyboard.press("Home");
  facts.slider.home = await slider(desktop);
  const { y, x } = await middle(desktop);
  await desktop.mouse.move(x(0.5), y);
  await desktop.mouse.down();
  await desktop.mouse.move(x(0.4), y, { steps: 3 });
  await desktop.mouse.move(x(0.2), y, { steps: 3 });
  await desktop.mouse.up();
  facts.slider.drag = await slider(desktop);
  await desktop.mouse.move(x(0.7), y);
  facts.slider.released = await slider(desktop);
  await desktop.getByLabel("Goal / after").check();
  facts.slider.goal = await slider(desktop);
  await desktop.emulateMedia({ media: "print" });
  facts.printed_slider = await desktop.locator(".compare").isVisible();
  await desktop.emulateMedia({ media: "screen", colorScheme: "dark" });
  facts.dark_page = await desktop.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await shot(desktop, "desktop-dark");

  const phone = await open(390, 844, { colorScheme: "light", hasTouch: true, isMobile: true });
  facts.views[390] = await layout(phone);
  await shot(phone, "phone");
  const session = await phone.context().newCDPSession(phone);
  const finger = await middle(phone);
  const touch = (type, share) =>
    session.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: type === "touchEnd" ? [] : [{ x: finger.x(share), y: finger.y }],
    });
  await touch("touchStart", 0.5);
  for (const share of [0.55, 0.65, 0.75, 0.8]) await touch("touchMove", share);
  await touch("touchEnd");
  facts.slider.touch = await slider(phone);

  const narrow = await open(360, 740, { colorScheme: "dark", hasTouch: true, isMobile: true });
  facts.views[360] = await layout(narrow);
  await shot(narrow, "narrow-dark");
} finally {
  await browser.close();
}
writeFileSync(join(folder, "facts.json"), JSON.stringify(facts, null, 1));
