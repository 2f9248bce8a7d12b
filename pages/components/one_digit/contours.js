// Lines of equal height through a grid of values: marching squares.

// Which sides of a cell its lines join, a pair of digits each, by the corners above the level: bits 1 top left, 2 top
// right, 4 bottom right, 8 bottom left. Sides: 0 top, 1 right, 2 bottom, 3 left. Two high corners across stay apart.
const JOINS = ["", "30", "01", "31", "12", "3012", "02", "32", "23", "20", "0123", "21", "13", "10", "03", ""];

/**
 * The pieces of the line at `level` through values (rows x columns, row by row), as [[x0, y0, x1, y1], ...] with x in
 * columns and y in rows, both counted from the middle of the first cell. What lies beyond the grid is no line.
 */
export function contour(values, columns, level) {
  const pieces = [];
  const rows = values.length / columns;
  for (let y = 0; y + 1 < rows; y++) {
    for (let x = 0; x + 1 < columns; x++) {
      const at = y * columns + x;
      const corners = [values[at], values[at + 1], values[at + columns + 1], values[at + columns]];
      const above = corners.reduce((bits, value, i) => bits | ((value >= level) << i), 0);
      const ends = [...JOINS[above]].map((side) => crossing(x, y, corners, level, Number(side)));
      for (let i = 0; i < ends.length; i += 2) pieces.push([...ends[i], ...ends[i + 1]]);
    }
  }
  return pieces;
}

/** Where the level is met along a side of the cell at (x, y). */
function crossing(x, y, corners, level, side) {
  const [one, other] = [corners[side], corners[(side + 1) % 4]];
  const part = (level - one) / (other - one);
  return [[x + part, y], [x + 1, y + part], [x + 1 - part, y + 1], [x, y + 1 - part]][side];
}
