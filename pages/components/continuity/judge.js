// What the judge reads in a picture: a digit, that it is none, or neither of both surely.

export const NO_DIGIT = -1;
export const UNCLEAR = -2;

/** The digit that has at least `confident` of the probability, else NO_DIGIT or UNCLEAR. */
export function reading(probabilities, confident) {
  const highest = Math.max(...probabilities);
  if (highest >= confident) return probabilities.indexOf(highest);
  return nothing(probabilities) > highest ? NO_DIGIT : UNCLEAR;
}

/** As a person says it: "reads a 5", "no digit", "unclear". */
export function said(read) {
  if (read < 0) return read === NO_DIGIT ? "no digit" : "unclear";
  return `reads ${read === 8 ? "an" : "a"} ${read}`;
}

/** The digit or its absence, and its probability: "8, 97 %", "no digit, 80 %". */
export function measured(probabilities) {
  const highest = Math.max(...probabilities);
  const none = nothing(probabilities) > highest;
  const share = Math.round(100 * (none ? nothing(probabilities) : highest));
  return `${none ? "no digit" : probabilities.indexOf(highest)}, ${share} %`;
}

/** What the probabilities of the digits lack to 1: that the picture is no digit. */
function nothing(probabilities) {
  return 1 - probabilities.reduce((sum, share) => sum + share, 0);
}
