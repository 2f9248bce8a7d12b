// What the labels of images count: names in the order of their numbers; none where images have no labels.

export const DIGITS = [..."0123456789"];

export function areDigits(classes) {
  return classes.length === DIGITS.length && DIGITS.every((digit, index) => classes[index] === digit);
}

/** What an image of this label is: "a 3", "Sneaker". */
export function called(label, classes) {
  if (!areDigits(classes)) return classes[label] ?? "";
  return `${label === 8 ? "an" : "a"} ${label}`;
}
