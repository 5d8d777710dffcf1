/** A small part of Markdown as data: what help texts and prose panels use. */
export type Inline =
  | { kind: "text" | "strong" | "code"; text: string }
  | { kind: "link"; text: string; href: string };

export type Block =
  | { kind: "heading"; level: number; text: Inline[] }
  | { kind: "paragraph"; text: Inline[] }
  | { kind: "list"; ordered: boolean; items: Inline[][] }
  | { kind: "code"; text: string };

const INLINE = /\*\*([^*]+)\*\*|`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)/g;
const SAFE = /^(https?:\/\/|mailto:|tel:|\/(?!\/)|#)/;

export function inlineOf(source: string): Inline[] {
  const parts: Inline[] = [];
  let at = 0;
  for (const match of source.matchAll(INLINE)) {
    if (match.index > at) parts.push({ kind: "text", text: source.slice(at, match.index) });
    const [whole, strong, code, text, href] = match;
    if (strong !== undefined) parts.push({ kind: "strong", text: strong });
    else if (code !== undefined) parts.push({ kind: "code", text: code });
    else if (text !== undefined && href !== undefined && SAFE.test(href)) {
      parts.push({ kind: "link", text, href });
    } else parts.push({ kind: "text", text: text ?? whole });
    at = match.index + whole.length;
  }
  if (at < source.length) parts.push({ kind: "text", text: source.slice(at) });
  return parts;
}

function blockOf(chunk: string): Block {
  const lines = chunk.split("\n");
  const heading = /^(#{1,4})\s+(.*)$/.exec(chunk);
  if (heading) {
    const level = (heading[1] as string).length;
    return { kind: "heading", level, text: inlineOf(heading[2] as string) };
  }
  const bullet = /^\s*[-*]\s+/;
  const numbered = /^\s*\d+[.)]\s+/;
  for (const [mark, ordered] of [
    [bullet, false],
    [numbered, true],
  ] as const) {
    if (!mark.test(lines[0] as string)) continue;
    const items: string[] = [];
    for (const line of lines) {
      if (mark.test(line) || items.length === 0) items.push(line.replace(mark, ""));
      else items[items.length - 1] += ` ${line.trim()}`;
    }
    return { kind: "list", ordered, items: items.map(inlineOf) };
  }
  return { kind: "paragraph", text: inlineOf(lines.map((line) => line.trim()).join(" ")) };
}

export function blocksOf(source: string): Block[] {
  return source
    .replace(/\r\n/g, "\n")
    .split(/(```[\s\S]*?```)|\n\s*\n/)
    .filter((chunk): chunk is string => chunk !== undefined && chunk.trim() !== "")
    .flatMap((chunk): Block[] => {
      if (chunk.startsWith("```")) {
        return [{ kind: "code", text: chunk.replace(/^```\w*\n?|\n?```$/g, "") }];
      }
      const text = chunk.replace(/^\n+|\s+$/g, "");
      const [first, ...rest] = text.split("\n");
      if (/^#{1,4}\s/.test(first as string) && rest.length > 0) {
        return [blockOf(first as string), blockOf(rest.join("\n"))];
      }
      return [blockOf(text)];
    });
}
