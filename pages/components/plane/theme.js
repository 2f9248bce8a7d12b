// Streamlit's theme as the component sees it: the --st-* custom properties around it.

const PROPERTIES = {
  paper: ["--st-background-color", "#ffffff"],
  ink: ["--st-text-color", "#31333f"],
  line: ["--st-border-color", "#d5d6d9"],
  font: ["--st-font", "sans-serif"],
};

/** {paper, ink, line, font} as CSS values. */
export function readTheme(element) {
  const style = getComputedStyle(element);
  const read = ([property, fallback]) => style.getPropertyValue(property).trim() || fallback;
  return Object.fromEntries(Object.entries(PROPERTIES).map(([name, spec]) => [name, read(spec)]));
}

/** [red, green, blue], 0 to 255, of a CSS colour. */
export function rgb(colour) {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return context.getImageData(0, 0, 1, 1).data.slice(0, 3);
}
