/** Something that can be found by its name and done. */
export interface Command {
  id: string;
  /** What it is listed under. */
  group: string;
  title: string;
  /** Said beside it: what it answers, or the keys that do the same. */
  hint?: string;
  keys?: string[];
  /** Other words that find it. */
  words?: string;
  icon?: string;
  run(): void;
}

/** Commands of one heading. */
export interface Section {
  group: string;
  commands: Command[];
}

const MOST = 8;
const MOST_RECENT = 5;
const START = 4;
const WORD_START = 2;
const INSIDE = 1;

function scoreOfWord(text: string, word: string): number {
  if (text.startsWith(word)) return START;
  const at = text.indexOf(word);
  if (at < 0) return 0;
  return /[^a-z0-9]/.test(text.charAt(at - 1)) ? WORD_START : INSIDE;
}

/**
 * How well a command answers to what was typed; 0 where a word is not in it. The start of its title
 * counts most, then the start of a word, then anywhere; other words that find it count half.
 */
export function scoreOf(command: Command, typed: string): number {
  const title = command.title.toLowerCase();
  const others = (command.words ?? "").toLowerCase();
  let score = 1;
  for (const word of typed.toLowerCase().split(/\s+/).filter(Boolean)) {
    const found = scoreOfWord(title, word) || scoreOfWord(others, word) / 2;
    if (found === 0) return 0;
    score += found;
  }
  return score;
}

/**
 * What is offered for what was typed: at most eight of a heading, the best first, and the heading with
 * the best first; of equally good ones what was taken last. Before anything is typed all stand in their
 * own order, behind those that were taken last.
 */
export function offered(commands: Command[], typed: string, recent: string[] = []): Section[] {
  const scored = commands
    .map((command) => ({ command, score: scoreOf(command, typed) }))
    .filter(({ score }) => score > 0);
  const sections = new Map<string, Command[]>();
  if (typed.trim() !== "") {
    const last = new Map(recent.map((id, i) => [id, recent.length - i]));
    const lastOf = (command: Command) => last.get(command.id) ?? 0;
    scored.sort((a, b) => b.score - a.score || lastOf(b.command) - lastOf(a.command));
  } else {
    const known = new Map(commands.map((command) => [command.id, command]));
    const taken = recent.flatMap((id) => known.get(id) ?? []).slice(0, MOST_RECENT);
    if (taken.length > 0) sections.set("Recent", taken);
  }
  const shown = new Set(sections.get("Recent"));
  for (const { command } of scored) {
    if (shown.has(command)) continue;
    const held = sections.get(command.group) ?? [];
    sections.set(command.group, held);
    if (held.length < MOST || typed.trim() === "") held.push(command);
  }
  return [...sections].map(([group, held]) => ({ group, commands: held }));
}
