// Uses the page against a running service whose one camera, lab, has no look yet: adds one, has the
// camera tuned to it, and changes the scene.
// node page_service.mjs FOLDER CHROMIUM ADDRESS TOKEN -> facts.json and screenshots in FOLDER, which
// holds look.png, and scene-2.png, which becomes scene.png, the camera's picture
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { launch, useOneFont } from "./browsing.mjs";

const [folder, executablePath, address, token] = process.argv.slice(2);
// A tune takes a second; a busy machine takes its time.
const PATIENCE_MS = 60_000;
const browser = await launch(executablePath);
const facts = { console: [] };
const context = await browser.newContext({
  viewport: { width: 1280, height: 900 },
  reducedMotion: "reduce",
  locale: "en-GB",
  timezoneId: "UTC",
});
context.setDefaultTimeout(PATIENCE_MS);
const page = await context.newPage();
page.on("console", (message) => {
  if (!/Failed to load resource.*(401|404|409)/.test(message.text())) facts.console.push(message.text());
});
page.on("pageerror", (error) => facts.console.push(`exception: ${error.message}`));

const text = (id) => page.locator(`#${id}`).textContent();
const state = async (name) => {
  await page.locator("#state", { hasText: name }).waitFor();
  return text("headline");
};
// How much of the green channel a picture of the slider has, 0 to 255.
const green = (place) =>
  page.evaluate(async (place) => {
    const image = document.querySelector(`.compare .${place}`);
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const pen = canvas.getContext("2d");
    pen.drawImage(image, 0, 0);
    const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((_, at) => at % 4 === 1).reduce((sum, value) => sum + value, 0) / (data.length / 4);
  }, place);
const shot = async (name, width, height, scheme) => {
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: scheme });
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: join(folder, `${name}.png`) });
};

try {
  const response = await page.goto(address);
  facts.policy = response.headers()["content-security-policy"];
  await page.getByRole("textbox", { name: "Token" }).fill(token);
  await page.keyboard.press("Enter");
  await page.getByText("Connected", { exact: true }).waitFor();
  await useOneFont(page);
  facts.before = await state("Holding");
  await page.locator("#no-looks").waitFor();

  await page.getByRole("button", { name: "Add…" }).click();
  await page.locator("#look-picture").setInputFiles(join(folder, "look.png"));
  await page.getByRole("textbox", { name: "Name" }).fill("warm");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.locator(".choice", { hasText: "warm" }).click();
  await page.locator("#headline", { hasText: /Holds warm within/ }).waitFor();
  facts.held = await text("headline");
  await page.getByLabel("Goal / live").check();
  await page.locator(".compare .over").waitFor();
  facts.pictures = { goal: await green("over"), live: await green("under") };
  await page.getByLabel("Found / live").check();
  await page.locator(".compare .over[data-kind=found]").waitFor();
  facts.pictures.found = await green("over");
  facts.dots = await page.locator("#curve-psnr .dot").count();
  facts.parameters = await page.locator("#parameters tr").count();
  facts.history = await page.locator("#history li").count();
  await shot("page-service-desktop", 1280, 960, "light");
  await shot("page-service-dark", 1280, 960, "dark");
  await shot("page-service-phone", 390, 844, "light");

  await page.setViewportSize({ width: 1280, height: 900 });
  await page.getByRole("button", { name: "Remove the look warm" }).click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await page.locator("#alert-words", { hasText: "held on look warm" }).waitFor();
  facts.thumbnail = await page.locator(".choice img").evaluate((image) => image.naturalWidth);

  await page.locator("#hold").click();
  facts.paused = await state("Paused");
  await page.getByRole("button", { name: "Lock texture" }).click();
  await page.locator(".lock[aria-label='Lock texture'][aria-pressed=true]").waitFor();
  await page.locator("#hold").click();
  facts.resumed = await state("Holding");
  renameSync(join(folder, "scene-2.png"), join(folder, "scene.png"));
  facts.drifted = await state(/Drifting|Tuning/);
} finally {
  await browser.close();
}
writeFileSync(join(folder, "facts.json"), JSON.stringify(facts, null, 1));
