// All that moves a walk, save for the plane: two lanes, their slider and curves, the axes' sliders, the player, the panel.

import { AxisSliders } from "./axis_sliders.js";
import { ChangeCurve } from "./change_curve.js";
import { Curves } from "./curves.js";
import { Lane } from "./lane.js";
import { LiveSlider } from "../parts/live_slider.js";
import { PathPlayer } from "./path_player.js";
import { WalkPanel } from "./walk_panel.js";

/**
 * Fills `root`, and `below` with what is looked at less; returns {panel, slider, lanes, curve, curves, axes, player}.
 * `on.go(t)` as a hand moves t, `on.play(t)` as the player does, `on.along(axis, value)` in axis mode, `on.rest()` when a
 * hand or the player stops, `on.toggle()` for the play button, `on.drawn(lane, t, frames)` for every picture.
 */
export function createWalkControls(root, below, on) {
  const { rest } = on;
  const spoken = (t) => `t ${t.toFixed(2)}, from A at 0 to B at 1`;
  const range = { label: "t, the way from A to B", min: 0, max: 1, step: 0.005 };
  const slider = new LiveSlider({ testid: "path-slider", ...range, written: spoken }, { move: on.go, rest });
  const go = (t) => {
    on.go(t);
    rest();
  };
  const lanes = [0, 1].map((index) => new Lane(index, { go, drawn: (t, frames) => on.drawn(lanes[index], t, frames) }));
  const [curve, curves] = [new ChangeCurve(), new Curves()];
  const axes = new AxisSliders({ move: on.along, rest });
  const player = new PathPlayer({
    move: on.play,
    playing: (playing) => {
      panel.playing = playing;
      if (!playing) rest();
    },
  });
  const parts = {
    lanes: lanes.map(({ element }) => element),
    slider: slider.element,
    curve: curve.element,
    curves: curves.element,
    axes: axes.elements,
  };
  const panel = new WalkPanel(root, below, parts, {
    play: on.toggle,
    speed: (speed) => (player.speed = speed),
    back: (thereAndBack) => (player.thereAndBack = thereAndBack),
  });
  return { panel, slider, lanes, curve, curves, axes, player };
}
