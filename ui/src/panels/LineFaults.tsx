import type { LineFault } from "../api";
import { write } from "../format/figures";

interface Properties {
  lines: LineFault[];
  reasons: Record<string, number>;
}

const MOST = 20;

/** The first lines of a file that were refused, and how many there are of every kind. */
export function LineFaults({ lines, reasons }: Properties) {
  const counts = Object.entries(reasons);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const shown = lines.slice(0, MOST);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="faults" aria-label="Lines that cannot be used" tabIndex={0}>
      {counts.length > 0 && (
        <p>
          {counts
            .map(([reason, count]) => `${reason}: ${write(count, { format: "count" })}`)
            .join("; ")}
        </p>
      )}
      <table>
        <thead>
          <tr>
            <th scope="col" className="right">
              line
            </th>
            <th scope="col">column</th>
            <th scope="col">value</th>
            <th scope="col">reason</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((fault) => (
            <tr key={`${fault.line}:${fault.column}`}>
              <td className="right">{write(fault.line, { format: "count" })}</td>
              <td>{fault.column}</td>
              <td>
                <code>{fault.value}</code>
              </td>
              <td>{fault.reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {total > shown.length && (
        <p>{write(total - shown.length, { format: "count" })} more lines are not shown.</p>
      )}
    </section>
  );
}
