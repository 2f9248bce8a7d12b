// The theme as the component sees it: Streamlit's --st-* custom properties around it, and the digits' own colours.

const PROPERTIES = {
  paper: ["--st-background-color", "#ffffff"],
  ink: ["--st-text-color", "#31333f"],
  line: ["--st-border-color", "#d5d6d9"],
  font: ["--st-font", "sans-serif"],
};
const DIGITS = 10;

/** {paper, ink, line, font} and the ten {digits} of frame/colours.css, as CSS values. */
export function readTheme(element) {
  const style = getComputedStyle(element);
  const read = ([property, fallback]) => style.getPropertyValue(property).trim() || fallback;
  const around = Object.entries(PROPERTIES).map(([name, spec]) => [name, read(spec)]);
  return { ...Object.fromEntries(around), digits: digitColours(element) };
}

/** What --digit-0 to --digit-9 are here, in light or in dark; only a colour that is used tells. */
function digitColours(element) {
  const probe = document.createElement("i");
  element.append(probe);
  const colours = Array.from({ length: DIGITS }, (_, digit) => {
    probe.style.color = `var(--digit-${digit})`;
    return getComputedStyle(probe).color;
  });
  probe.remove();
  return colours;
}

/** [red, green, blue], 0 to 255, of a CSS colour. */
export function rgb(colour) {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return context.getImageData(0, 0, 1, 1).data.slice(0, 3);
}
