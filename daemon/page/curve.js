// A score over the queries of a tune, drawn as in the report.

import { byId, element, redraw, shape, write } from "./element.js";
import { isSame } from "./history.js";
import { apart, count, delta, isOfStyle, sentence } from "./words.js";

// The plot inside a drawing of 420 × 258 units.
const [LEFT, RIGHT, TOP, BOTTOM] = [50, 404, 32, 214];
// A tune makes at most this many queries unless it is told otherwise.
const USUAL_QUERIES = 10;
const DELTA_MARKS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100];

const decibelMarks = (lowest, highest) => {
  const range = highest - lowest;
  const step = range > 50 ? 20 : range > 15 ? 10 : 5;
  const first = Math.floor(lowest / step);
  const last = Math.max(Math.ceil(highest / step), first + 1);
  return Array.from({ length: last - first + 1 }, (_, mark) => (first + mark) * step);
};

// Of a list of round values those from below the lowest to above the highest.
const marksOf = (values) => (lowest, highest) => {
  const first = values.findLastIndex((mark) => mark <= lowest);
  const last = values.findIndex((mark) => mark >= highest);
  return values.slice(first, Math.max(last, first + 1) + 1);
};

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const logarithmic = (value, low, high) => Math.log(value / low) / Math.log(high / low);

// How each of the two scores is drawn. The service says null for what is not a number.
const AXES = [
  {
    id: "curve-psnr",
    heading: "PSNR",
    note: "Higher is better.",
    unit: "dB",
    of: ({ psnr_db: value }) => clamp(value ?? 0, 0, 100),
    marks: decibelMarks,
    share: (value, low, high) => (value - low) / (high - low),
    better: Math.max,
    words: (value) => `${value.toFixed(1)} dB`,
  },
  {
    id: "curve-delta",
    heading: "Colour difference",
    note: "Lower is better.",
    unit: "mean ΔE₀₀",
    of: ({ delta_e00: value }) => clamp(value ?? 100, 0.01, 100),
    marks: marksOf(DELTA_MARKS),
    share: logarithmic,
    better: Math.min,
    words: (value) => delta(value),
    noticeable: 1,
  },
];

// Where only style counts there is one score.
const STYLE_MARKS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];
const STYLE_AXES = [
  {
    id: "curve-style",
    heading: "Distance of style",
    note: "Lower is better.",
    unit: "parts of the range of luma",
    of: ({ style_distance: value }) => clamp(value ?? 1, 0.001, 1),
    marks: marksOf(STYLE_MARKS),
    share: logarithmic,
    better: Math.min,
    words: apart,
  },
];

const nameOf = (query) => (query ? `query ${query}` : "before");
const columnStep = (last) => [1, 2, 5, 10, 20, 50, 100].find((step) => last / step <= 10) ?? last;

// Beside the best dot, on the side from which its line does not come.
const labelPlace = (axis, x, y) => {
  const isHigher = axis.better === Math.max;
  const height = isHigher ? Math.max(y - 6, TOP + 8) : Math.min(y + 13, BOTTOM - 4);
  return x < LEFT + 130 ? { x: x + 14, y: height } : { x: x - 13, y: height, "text-anchor": "end" };
};

// The score before the tune, where the status tells it.
const scoreBefore = ({ state, now, history, queries }) => {
  if (state === "tuning") return now;
  const [newest] = history;
  const isOfThisTune = newest && queries.some(({ params }) => isSame(newest.params, params));
  return isOfThisTune ? newest.before : null;
};

const plot = (axis, before, queries) => {
  const begun = before ? [{ index: 0, score: before }] : [];
  const points = [...begun, ...queries].map(({ index, score }) => ({ index, value: axis.of(score) }));
  const first = before ? 0 : 1;
  const last = Math.max(USUAL_QUERIES, ...points.map(({ index }) => index));
  const values = points.map(({ value }) => value);
  const marks = axis.marks(Math.min(...values), Math.max(...values));
  const [low, high] = [marks[0], marks.at(-1)];
  const x = (query) => LEFT + 16 + ((RIGHT - LEFT - 16) * (query - first)) / (last - first);
  const y = (value) => BOTTOM - (BOTTOM - TOP) * axis.share(clamp(value, low, high), low, high);
  const at = (index, value) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`;

  const drawing = shape("svg", {
    class: "plot",
    viewBox: "0 0 420 258",
    role: "img",
    "aria-label": `${axis.heading}, ${axis.unit}: ${points.map(({ index, value }) => `${nameOf(index)} ${axis.words(value)}`).join(", ")}`,
  });
  const every = Math.ceil(marks.length / 8);
  marks.forEach((mark, number) => {
    const row = { y1: y(mark), y2: y(mark) };
    drawing.append(shape("line", { class: "grid", x1: LEFT, x2: RIGHT, ...row }));
    if (number % every === 0) {
      const text = { x: LEFT - 7, y: y(mark), dy: 4.5, "text-anchor": "end" };
      drawing.append(shape("text", text, String(mark)));
    }
  });
  for (let query = first; query <= last; query += columnStep(last)) {
    const [x1, x2] = [x(query), x(query)];
    drawing.append(
      shape("line", { class: "axis", x1, x2, y1: BOTTOM, y2: BOTTOM + 5 }),
      shape("text", { x: x1, y: 235, "text-anchor": "middle" }, query ? String(query) : "before"),
    );
  }
  drawing.append(
    shape("line", { class: "axis", x1: LEFT, x2: RIGHT, y1: BOTTOM, y2: BOTTOM }),
    shape("text", { x: 4, y: 12 }, axis.unit),
    shape("text", { x: RIGHT, y: 254, "text-anchor": "end" }, "query"),
  );
  if (axis.noticeable > low && axis.noticeable < high) {
    const row = { y1: y(axis.noticeable), y2: y(axis.noticeable) };
    drawing.append(shape("line", { class: "eye", x1: LEFT, x2: RIGHT, ...row }));
  }

  const stair = [];
  let best = points[0];
  for (const point of points) {
    stair.push(at(point.index, best.value));
    if (axis.better(point.value, best.value) !== best.value) best = point;
    stair.push(at(point.index, best.value));
  }
  drawing.append(
    shape("polyline", { class: "stair", points: stair.join(" ") }),
    shape("polyline", {
      class: "measured",
      points: points.map(({ index, value }) => at(index, value)).join(" "),
    }),
  );
  for (const point of points) {
    const place = { cx: x(point.index).toFixed(1), cy: y(point.value).toFixed(1) };
    const isBest = point === best;
    if (isBest) drawing.append(shape("circle", { class: "ring", ...place, r: 8.5 }));
    const dot = { class: isBest ? "dot best" : "dot", ...place, r: isBest ? 5.5 : 4 };
    const words = `${nameOf(point.index)}: ${axis.words(point.value)}`;
    drawing.append(shape("circle", dot, shape("title", {}, words)));
  }
  const [bestX, bestY] = [x(best.index), y(best.value)];
  const label = `best: ${axis.words(best.value)}`;
  drawing.append(shape("text", { class: "best-text", ...labelPlace(axis, bestX, bestY) }, label));
  return drawing;
};

// Draws the tune that is running, or the last one.
export const showCurves = (status) => {
  const { queries, state, limited_by: limits } = status;
  const before = scoreBefore(status);
  const place = byId("curves");
  const isRunning = state === "tuning";
  const made = count(queries.length, "query", "queries");
  write(byId("course-note"), queries.length ? (isRunning ? `${made} so far` : made) : "");
  byId("curves-key").hidden = queries.every(({ score }) => !score);
  redraw(place, [queries, before], () => {
    if (queries.length === 0) {
      place.replaceChildren(element("p", { class: "small" }, "No tune since the service was started."));
      return;
    }
    if (queries.some(({ score }) => !score)) {
      const told = "A policy of taste was asked: it names a setting, and there is no goal to be near to.";
      place.replaceChildren(element("p", { class: "small" }, told));
      return;
    }
    const axes = queries.some(({ score }) => isOfStyle(score)) ? STYLE_AXES : AXES;
    const figures = axes.map((axis) =>
      element(
        "figure",
        { id: axis.id },
        element("h3", {}, axis.heading),
        element("p", { class: "small" }, axis.note),
        plot(axis, before, queries),
      ),
    );
    place.replaceChildren(...figures);
  });
  const list = byId("limited");
  redraw(list, [limits, queries.length], () => {
    list.replaceChildren(...limits.map((text) => element("li", {}, sentence(text))));
    list.hidden = limits.length === 0 || queries.length === 0;
  });
};
