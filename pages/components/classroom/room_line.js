// The line of a room's bar: words and buttons that are drawn again with every news.

import { make } from "../parts/dom.js";

export function text(content, name = "") {
  return make("span", name ? { class: name } : {}, content);
}

/** Show `parts` in `line`. What is as it was stays the same element: a press on it that has begun is not lost. */
export function fill(line, parts) {
  const old = [...line.children];
  const focused = old.indexOf(document.activeElement);
  const kept = parts.map((part) => old.find((each) => each.outerHTML === part.outerHTML) ?? part);
  for (const each of old) if (!kept.includes(each)) each.remove();
  kept.forEach((each, index) => {
    const there = line.children[index] ?? null;
    if (there !== each) line.insertBefore(each, there);
  });
  if (focused >= 0 && !line.contains(document.activeElement)) line.children[focused]?.focus();
}
