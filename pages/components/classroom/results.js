// What a class answered, without names: bars, a cloud, or who stands at which place.

import { axes, span } from "../parts/chart.js";
import { make, makeSvg } from "../parts/dom.js";

const SIDE = 260; // pixels of a cloud
const HIGHER = 4; // with the margins of chart.js, its axes then have one length
const PRIOR = 3.2; // a cloud shows at least this far either way

/** The summary a room sends of a revealed question, from the teacher's answers [value, ...]. */
export function summed({ kind, options }, values) {
  if (kind === "point") return { kind, answers: values.length, points: values };
  if (kind === "choice") {
    return { kind, answers: values.length, counts: options.map((_, index) => values.filter((value) => value === index).length) };
  }
  const counts = options.map((_, index) => options.map((__, place) => values.filter((value) => value[place] === index).length));
  return { kind, answers: values.length, counts };
}

/** An element that shows a summary; `options` are the question's, empty where they are not known any more; `words` those of room_words.py. */
export function result(summary, options, words) {
  const { kind, answers } = summary;
  const said = make("p", {}, `${answers} ${answers === 1 ? words.answer : words.answers}`);
  const drawn = { choice: bars, point: cloud, order: places }[kind](summary, options, words);
  return make("div", { class: "room-result", "data-testid": "room-result" }, drawn, said);
}

function bars({ counts, answers }, options) {
  const rows = counts.map((count, index) => {
    const bar = make("i", {});
    bar.style.setProperty("--share", answers ? count / answers : 0);
    return make("li", {}, make("span", {}, named(options, index)), bar, make("b", {}, String(count)));
  });
  return make("ul", { class: "room-bars" }, ...rows);
}

/** To scale: a unit is as long in either direction. */
function cloud({ points }, _, words) {
  const reach = Math.max(PRIOR, ...points.flat().map((z) => 1.05 * Math.abs(z)));
  const range = span([-reach, reach], 0);
  const frame = axes(SIDE, SIDE + HIGHER, { x: { title: "z₁", range }, y: { title: "z₂", range } });
  const dots = points.map(([z1, z2]) => makeSvg("circle", { cx: frame.x(z1), cy: frame.y(z2), r: 4 }));
  const size = { width: SIDE, height: SIDE + HIGHER };
  const label = `${points.length} ${words.cloud}`;
  return makeSvg("svg", { class: "room-cloud", ...size, role: "img", "aria-label": label }, frame.element, ...dots);
}

function places({ counts }, options, words) {
  const head = make("tr", {}, make("th", {}, words.place), ...counts.map((_, place) => make("th", {}, String(place + 1))));
  const rows = counts.map((row, index) =>
    make("tr", {}, make("th", { scope: "row" }, named(options, index)), ...row.map((count) => cell(count, row))),
  );
  return make("table", { class: "room-places" }, head, ...rows);
}

function cell(count, row) {
  const all = row.reduce((one, other) => one + other, 0);
  const made = make("td", {}, String(count));
  made.style.setProperty("--share", all ? count / all : 0);
  return made;
}

function named(options, index) {
  return options[index] ?? `Answer ${index + 1}`;
}
