// A picture with noise and with parts rubbed out, by the same tables as in Python (vae/pictures/spoiled.py).

/** 784 grey values: `clean`, then `noise` (0 to 1) of the pixels replaced by the table's, then black where `rubbed`. */
export function spoiled({ clean, noise, rubbed, table }) {
  const count = Math.round(noise * clean.length);
  return clean.map((grey, i) => {
    if (rubbed && isRubbed(rubbed, i)) return 0;
    return table.rank[i] < count ? table.grey[i] : grey;
  });
}

/** Whether pixel i is rubbed out; the first one stands in the highest bit of the first byte. */
export function isRubbed(bits, i) {
  return (bits[i >> 3] & bitOf(i)) > 0;
}

export function rub(bits, i) {
  bits[i >> 3] |= bitOf(i);
}

function bitOf(i) {
  return 0x80 >> (i & 7);
}
