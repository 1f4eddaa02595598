// Answers of this visit, and questions that are on their way.

import type { Answer } from "./answer";
import { query } from "./client";
import { turn, type Rank } from "./turns";

const ANSWERS_MAX = 80;
const answers = new Map<string, Answer>();

/** What tells a question from others. */
export function keyOf(text: string, database: string, version: number): string {
  return `${version}\n${database}\n${text}`;
}

/** The answer that is there already: going back shows it at once. */
export function kept(key: string): Answer | undefined {
  return answers.get(key);
}

function remember(key: string, answer: Answer): void {
  answers.delete(key);
  answers.set(key, answer);
  const oldest = answers.keys().next();
  if (answers.size > ANSWERS_MAX && !oldest.done) answers.delete(oldest.value);
}

/** Asks in its turn, and keeps the answer. */
async function ask(text: string, database: string, version: number, rank: Rank, signal: AbortSignal): Promise<Answer> {
  const end = await turn(rank, signal);
  try {
    const answer = await query(text, { database, signal, timeoutSeconds: 120 });
    remember(keyOf(text, database, version), answer);
    return answer;
  } finally {
    end();
  }
}

interface Begun {
  answer: Promise<Answer>;
  abort: AbortController;
}

const begun = new Map<string, Begun>();

/** Asks before anybody waits for it; whoever asks the same next takes it over. */
export function begin(text: string, database: string, rank: Rank): void {
  const abort = new AbortController();
  const answer = ask(text, database, 0, rank, abort.signal);
  // Who takes it over is told what went wrong.
  answer.catch(() => undefined);
  begun.set(keyOf(text, database, 0), { answer, abort });
}

/** The answer to a question, begun before or asked now. */
export function answerTo(text: string, database: string, version: number, rank: Rank, signal: AbortSignal): Promise<Answer> {
  const key = keyOf(text, database, version);
  const early = begun.get(key);
  if (!early) return ask(text, database, version, rank, signal);
  begun.delete(key);
  signal.addEventListener("abort", () => early.abort.abort());
  return early.answer;
}
