// Places for the nodes of a graph: the same picture for the same graph, labels apart.

export interface Placed {
  x: number;
  y: number;
}

export interface ToPlace {
  id: string;
  /** Pixels that its label takes. */
  width: number;
}

const STEPS = 260;
/** Pixels that a node and its label take from top to bottom. */
const HEIGHT = 46;
/** Pixels between labels. */
const GAP = 10;

/**
 * Places nodes in a box of `width` × `height` pixels so that those that are joined are near and none lies on another.
 * Fruchterman and Reingold's springs, from near a circle in the order that the nodes come in, then labels pushed apart.
 * Source: https://doi.org/10.1002/spe.4380211102
 */
export function place(nodes: ToPlace[], edges: [string, string][], width: number, height: number): Map<string, Placed> {
  const at = new Map(nodes.map((n, i) => [n.id, i]));
  const joined = edges.flatMap(([a, b]): [number, number][] => {
    const [i, j] = [at.get(a), at.get(b)];
    return i === undefined || j === undefined || i === j ? [] : [[i, j]];
  });
  const count = nodes.length;
  const only = count === 1;
  // Not quite a circle: in perfect symmetry springs would hold each other for ever.
  const start = (i: number) => 0.3 + 0.025 * ((i * 7) % 5);
  const xs = nodes.map((_n, i) => (only ? width / 2 : width / 2 + start(i) * width * Math.cos((2 * Math.PI * i) / count)));
  const ys = nodes.map((_n, i) => (only ? height / 2 : height / 2 + start(i) * height * Math.sin((2 * Math.PI * i) / count)));
  const ideal = 0.75 * Math.sqrt((width * height) / Math.max(count, 1));
  for (let step = 0; step < STEPS; step += 1) {
    const dx = new Float64Array(count);
    const dy = new Float64Array(count);
    const pull = (i: number, j: number, force: (distance: number) => number) => {
      const [x, y] = [(xs[i] ?? 0) - (xs[j] ?? 0), (ys[i] ?? 0) - (ys[j] ?? 0)];
      const distance = Math.max(Math.hypot(x, y), 0.01);
      const f = force(distance) / distance;
      dx[i]! += x * f;
      dy[i]! += y * f;
      dx[j]! -= x * f;
      dy[j]! -= y * f;
    };
    for (let i = 0; i < count; i += 1) for (let j = i + 1; j < count; j += 1) pull(i, j, (d) => (ideal * ideal) / d);
    for (const [i, j] of joined) pull(i, j, (d) => -(d * d) / ideal);
    // Moves grow smaller, so that the picture comes to rest.
    const most = (width / 8) * (1 - step / STEPS) + 1;
    for (let i = 0; i < count; i += 1) {
      // What is joined to nothing drifts off: a weak pull to the middle.
      dx[i]! += (width / 2 - (xs[i] ?? 0)) * 0.25;
      dy[i]! += (height / 2 - (ys[i] ?? 0)) * 0.4;
      const length = Math.max(Math.hypot(dx[i] ?? 0, dy[i] ?? 0), 0.01);
      const move = Math.min(length, most) / length;
      xs[i] = within((xs[i] ?? 0) + (dx[i] ?? 0) * move, width);
      ys[i] = within((ys[i] ?? 0) + (dy[i] ?? 0) * move, height);
    }
  }
  apart(nodes, xs, ys, width, height);
  return new Map(nodes.map((n, i) => [n.id, { x: xs[i] ?? 0, y: ys[i] ?? 0 }]));
}

function within(value: number, size: number): number {
  return Math.max(0, Math.min(size, value));
}

/** Pushes nodes apart whose labels lie on each other, along the shorter way. */
function apart(nodes: ToPlace[], xs: number[], ys: number[], width: number, height: number): void {
  for (let round = 0; round < 120; round += 1) {
    let moved = false;
    for (let i = 0; i < nodes.length; i += 1)
      for (let j = i + 1; j < nodes.length; j += 1) {
        const x = (xs[i] ?? 0) - (xs[j] ?? 0);
        const y = (ys[i] ?? 0) - (ys[j] ?? 0);
        const across = ((nodes[i]?.width ?? 0) + (nodes[j]?.width ?? 0)) / 2 + GAP - Math.abs(x);
        const down = HEIGHT - Math.abs(y);
        if (across <= 0 || down <= 0) continue;
        moved = true;
        if (down < across) {
          const by = (down / 2 + 0.5) * (y < 0 ? -1 : 1);
          ys[i] = within((ys[i] ?? 0) + by, height);
          ys[j] = within((ys[j] ?? 0) - by, height);
        } else {
          const by = (across / 2 + 0.5) * (x < 0 ? -1 : 1);
          xs[i] = within((xs[i] ?? 0) + by, width);
          xs[j] = within((xs[j] ?? 0) - by, width);
        }
      }
    if (!moved) return;
  }
}
