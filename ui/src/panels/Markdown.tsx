import { useMemo } from "react";
import { followInPlace } from "../route";
import { type Block, blocksOf, type Inline } from "./prose";

/** Prose with headings, lists, emphasis, code and links. */
export function Markdown({ text }: { text: string }) {
  const blocks = useMemo(() => blocksOf(text), [text]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys
    <section className="prose" tabIndex={0}>
      {blocks.map((block, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks have no name but their place
        <BlockView key={i} block={block} />
      ))}
    </section>
  );
}

function BlockView({ block }: { block: Block }) {
  switch (block.kind) {
    case "heading":
      return (
        <h4>
          <Words parts={block.text} />
        </h4>
      );
    case "code":
      // biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, by keys as well
      return <pre tabIndex={0}>{block.text}</pre>;
    case "list": {
      const items = block.items.map((parts, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: items have no name but their place
        <li key={i}>
          <Words parts={parts} />
        </li>
      ));
      return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
    default:
      return (
        <p>
          <Words parts={block.text} />
        </p>
      );
  }
}

function followWithin(href: string) {
  return href.startsWith("/") && !href.includes(".") ? followInPlace : undefined;
}

/** Words with emphasis, code and links. */
export function Words({ parts }: { parts: Inline[] }) {
  return (
    <>
      {parts.map((part, i) => {
        const key = `${i}:${part.text}`;
        if (part.kind === "strong") return <strong key={key}>{part.text}</strong>;
        if (part.kind === "code") return <code key={key}>{part.text}</code>;
        if (part.kind === "link") {
          return (
            <a key={key} href={part.href} rel="noreferrer" onClick={followWithin(part.href)}>
              {part.text}
            </a>
          );
        }
        return <span key={key}>{part.text}</span>;
      })}
    </>
  );
}
