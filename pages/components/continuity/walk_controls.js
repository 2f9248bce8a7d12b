// All that moves a walk, save for the plane: slider, film, curves, the axes' sliders, the player and the panel they lie in.

import { AxisSliders } from "./axis_sliders.js";
import { Curves } from "./curves.js";
import { Filmstrip } from "./filmstrip.js";
import { LiveSlider } from "../parts/live_slider.js";
import { PathPlayer } from "./path_player.js";
import { WalkPanel } from "./walk_panel.js";

/**
 * Fills `root`; returns {panel, slider, film, curves, axes, player}. `on.go(t)` as a hand moves t, `on.play(t)` as the
 * player does, `on.along(axis, value)` in axis mode, `on.rest()` when a hand or the player stops, `on.mode(mode)`,
 * `on.toggle()` for the play button.
 */
export function createWalkControls(root, on) {
  const { rest } = on;
  const spoken = (t) => `t ${t.toFixed(2)}, from A at 0 to B at 1`;
  const range = { label: "t, the way from A to B", min: 0, max: 1, step: 0.005 };
  const slider = new LiveSlider({ testid: "path-slider", ...range, written: spoken }, { move: on.go, rest });
  const title = (part) => `Go to t = ${part.toFixed(1)}`;
  const film = new Filmstrip({ testid: "filmstrip", title }, (t) => {
    on.go(t);
    rest();
  });
  const curves = new Curves();
  const axes = new AxisSliders({ move: on.along, rest });
  const player = new PathPlayer({
    move: on.play,
    playing: (playing) => {
      panel.playing = playing;
      if (!playing) rest();
    },
  });
  const rows = { path: [slider.element, film.element, curves.element], axes: axes.elements };
  const panel = new WalkPanel(root, rows, {
    mode: on.mode,
    play: on.toggle,
    speed: (speed) => (player.speed = speed),
    back: (thereAndBack) => (player.thereAndBack = thereAndBack),
  });
  return { panel, slider, film, curves, axes, player };
}
