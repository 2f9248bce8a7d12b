// What hands do on the plane: mouse, pen, touch and keyboard, told as points of the plane.
//
// Mouse and pen: hovering previews, a click pins, a drag pans (plotly's), the wheel zooms (plotly's).
// Touch: one finger previews, lifting it pins, two fingers pan and zoom; a swipe up or down along an edge scrolls the page.
// Keys: arrows move the pin, with Shift in larger steps; + and - zoom, 0 returns to the first view.

const STILL_PX = 5; // a press that moved less is a click
const TAP_MS = 500;
const STEP = 0.01; // of the visible range, rounded up to 1, 2 or 5 of a decimal
const SHIFT = 5;
const ZOOM = { "+": 1 / 1.5, "=": 1 / 1.5, "-": 1.5 };
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };

/**
 * Listen on `element`, which `plane` draws in. Calls on.preview(z, underFinger), on.leave(), on.pin(z), and for
 * the keyboard on.nudge([dz1, dz2]) at every step and on.rest() when the key is let go. Where nothing is previewed
 * (there is no on.preview and no on.leave), a finger that has moved pins nothing.
 * Returns the function that ends it.
 */
export function listenToGestures(element, plane, on) {
  const ending = new AbortController();
  const { signal } = ending;
  listenToPointer(element, plane, on, signal);
  listenToTouch(element, plane, on, signal);
  listenToKeys(element, plane, on, signal);
  return () => ending.abort();
}

function listenToPointer(element, plane, on, signal) {
  let pressed = null;
  const zOf = (event) => plane.zAt(event.clientX, event.clientY);
  const byHand = (event) => event.pointerType !== "touch" && event.isPrimary;

  element.addEventListener("pointermove", (event) => {
    if (byHand(event) && !event.buttons) on.preview?.(zOf(event), false);
  }, { signal });
  element.addEventListener("pointerleave", (event) => {
    if (byHand(event) && !event.buttons) on.leave?.();
  }, { signal });
  element.addEventListener("pointerdown", (event) => {
    if (!byHand(event) || event.button !== 0) return;
    pressed = event;
    element.focus({ preventScroll: true }); // plotly cancels the press, and with it the browser's own focus
  }, { capture: true, signal });
  // Plotly lays a cover over the page while a button is down, so the end of a press is heard on the window.
  window.addEventListener("pointermove", (event) => {
    if (!pressed || event.pointerId !== pressed.pointerId || distance(event, pressed) < STILL_PX) return;
    pressed = null;
    on.leave?.();
  }, { signal });
  window.addEventListener("pointerup", (event) => {
    if (event.pointerId !== pressed?.pointerId) return;
    const still = distance(event, pressed) < STILL_PX;
    pressed = null;
    if (still) on.pin(zOf(event));
  }, { signal });
  window.addEventListener("pointercancel", () => (pressed = null), { signal });
}

function listenToTouch(element, plane, on, signal) {
  const fingers = new Map(); // pointerId -> the newest event
  let tap = null; // the first finger's press, as long as it may still become a tap
  let pointing = false; // whether one finger points: until a second one comes, or all are lifted
  let pinch = null;
  const zOf = (event) => plane.zAt(event.clientX, event.clientY);

  // Plotly would pan with one finger; here one finger points.
  element.addEventListener("touchstart", (event) => event.stopPropagation(), { capture: true, signal });
  element.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch") return;
    event.preventDefault(); // no imitated mouse events afterwards
    element.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, event);
    pointing = fingers.size === 1;
    tap = pointing ? event : null;
    pinch = fingers.size === 2 ? startPinch([...fingers.values()], plane) : null;
    if (pointing) on.preview?.(zOf(event), true);
    else on.leave?.();
  }, { capture: true, signal });
  element.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, event);
    if (tap && distance(event, tap) >= 2 * STILL_PX) tap = null;
    if (pinch) pinch([...fingers.values()]);
    else if (pointing) on.preview?.(zOf(event), true);
  }, { signal });
  const lift = (event) => {
    if (!fingers.delete(event.pointerId)) return;
    const tapped = tap && event.timeStamp - tap.timeStamp < TAP_MS;
    const chosen = pointing && event.type === "pointerup" && (tapped || on.preview);
    tap = null;
    pointing = false;
    pinch = null;
    if (chosen) on.pin(zOf(event));
    on.leave?.();
  };
  element.addEventListener("pointerup", lift, { signal });
  element.addEventListener("pointercancel", lift, { signal });
}

/** Returns move(fingers): the points of the plane first touched stay under the fingers. One view per frame. */
function startPinch(fingers, plane) {
  const { x, y } = plane.range;
  const from = spread(fingers);
  const anchor = plane.zAt(...from.centre);
  const perPixel = (x[1] - x[0]) / plane.side;
  const corner = plane.zAt(0, 0); // of the window: fixed while the view changes
  const origin = [(x[0] - corner[0]) / perPixel, (corner[1] - y[1]) / perPixel];
  let frame = 0;
  return (moved) => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => {
      const { centre, width } = spread(moved);
      const unit = (perPixel * from.width) / width;
      const left = anchor[0] - (centre[0] - origin[0]) * unit;
      const top = anchor[1] + (centre[1] - origin[1]) * unit;
      plane.view({ x: [left, left + unit * plane.side], y: [top - unit * plane.side, top] });
    });
  };
}

/**
 * Arrow keys on `element`: on.nudge([dz1, dz2]) in units of the plane at every step, on.rest() when the key is let go.
 * Plus, minus and zero zoom the plane.
 */
export function listenToKeys(element, plane, on, signal) {
  let moving = false;
  const rest = () => {
    if (moving) on.rest();
    moving = false;
  };
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { key, shiftKey } = event;
    if (key in ARROWS) {
      const step = (shiftKey ? SHIFT : 1) * roundStep(STEP * (plane.range.x[1] - plane.range.x[0]));
      moving = true;
      on.nudge(ARROWS[key].map((direction) => direction * step));
    } else if (key in ZOOM) plane.zoom(ZOOM[key]);
    else if (key === "0") plane.viewHome();
    else return;
    event.preventDefault();
  }, { signal });
  element.addEventListener("keyup", rest, { signal });
  element.addEventListener("blur", rest, { signal });
}

/** The smallest of 1, 2, 5 times a power of ten that is not below `step`. */
function roundStep(step) {
  const decimal = 10 ** Math.floor(Math.log10(step));
  return decimal * [1, 2, 5, 10].find((factor) => factor * decimal >= step * 0.999);
}

function spread([a, b]) {
  const width = Math.max(distance(a, b), 1);
  return { centre: [(a.clientX + b.clientX) / 2, (a.clientY + b.clientY) / 2], width };
}

function distance(a, b) {
  return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
}
