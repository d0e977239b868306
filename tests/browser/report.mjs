// Opens a report in headless Chromium and writes down what a person would meet.
// node report.mjs REPORT.html OUTPUT_FOLDER CHROMIUM [PREFIX] -> facts.json, and screenshots with names
// that begin with PREFIX, in OUTPUT_FOLDER
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { launch, layout, slider, touchSlider, useOneFont, useSlider } from "./browsing.mjs";

const [report, folder, executablePath, prefix = ""] = process.argv.slice(2);
const browser = await launch(executablePath);
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
  await useOneFont(page);
  await page.evaluate(() => Promise.all([...document.images].map((image) => image.decode())));
  return page;
};

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

const shot = (page, name) => page.screenshot({ path: join(folder, `${prefix}${name}.png`), fullPage: true });

try {
  const desktop = await open(1280, 900, { colorScheme: "light" });
  facts.views[1280] = await layout(desktop);
  await shot(desktop, "desktop");
  if (await desktop.locator("#map-before").count()) {
    facts.maps = { before: await luma(desktop, "map-before"), after: await luma(desktop, "map-after") };
  }

  facts.slider = await useSlider(desktop);
  // Without a goal there is one pair, and no switch.
  facts.switches = await desktop.locator(".switch").count();
  if (facts.switches) {
    await desktop.getByLabel("Goal / after").check();
    facts.slider.goal = await slider(desktop);
  }
  await desktop.emulateMedia({ media: "print" });
  facts.printed_slider = await desktop.locator(".compare").isVisible();
  await desktop.emulateMedia({ media: "screen", colorScheme: "dark" });
  facts.dark_page = await desktop.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await shot(desktop, "desktop-dark");

  const phone = await open(390, 844, { colorScheme: "light", hasTouch: true, isMobile: true });
  facts.views[390] = await layout(phone);
  await shot(phone, "phone");
  facts.slider.touch = await touchSlider(phone);

  const narrow = await open(360, 740, { colorScheme: "dark", hasTouch: true, isMobile: true });
  facts.views[360] = await layout(narrow);
  await shot(narrow, "narrow-dark");
} finally {
  await browser.close();
}
writeFileSync(join(folder, "facts.json"), JSON.stringify(facts, null, 1));
