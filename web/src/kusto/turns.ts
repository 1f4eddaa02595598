// Which query runs when: a page asks for all its panels at once, and a server has few cores.

/** How soon a query is wanted: what a page is opened for, what follows, the rest. */
export type Rank = "first" | "soon" | "later";

// Browsers open six connections to a server; one stays free for what a person does next.
const RUNNING_MAX = 5;
/** Milliseconds that the first have the server to themselves, unless they are answered before. */
const HEAD_START = 1000;
const RANKS: Rank[] = ["first", "soon", "later"];

interface Waiting {
  rank: Rank;
  start: () => void;
}

let waiting: Waiting[] = [];
let running = 0;
let firstRunning = 0;
let headStartEnds = 0;

/** Waits for a turn, those of the first before all others; resolves to what ends it. */
export function turn(rank: Rank, signal: AbortSignal): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const entry: Waiting = { rank, start: () => resolve(begin(rank)) };
    waiting.push(entry);
    signal.addEventListener("abort", () => {
      if (!waiting.includes(entry)) return;
      waiting = waiting.filter((w) => w !== entry);
      reject(new DOMException("cancelled", "AbortError"));
    });
    // What a page's parts have in common is asked for last: turns are given out when all have asked.
    setTimeout(next);
  });
}

function begin(rank: Rank): () => void {
  running += 1;
  if (rank === "first") {
    if (firstRunning === 0) headStartEnds = performance.now() + HEAD_START;
    firstRunning += 1;
  }
  return () => {
    running -= 1;
    if (rank === "first") firstRunning -= 1;
    next();
  };
}

function next(): void {
  while (running < RUNNING_MAX) {
    const entry = RANKS.map((rank) => waiting.find((w) => w.rank === rank)).find((w) => w !== undefined);
    if (!entry) return;
    const left = headStartEnds - performance.now();
    if (entry.rank !== "first" && firstRunning > 0 && left > 0) {
      setTimeout(next, left);
      return;
    }
    waiting = waiting.filter((w) => w !== entry);
    entry.start();
  }
}
