/** Line icons on a 20 px grid, one stroke, the colour of the text around them. */
const PATHS: Record<string, string> = {
  home: "M3 9.5 10 3.5l7 6M5 8.5V16h10V8.5M8.5 16v-4h3v4",
  dashboard: "M3 16a7 7 0 1 1 14 0M10 16l3.5-5.5M3 16h14",
  pairs: "M3 13.5c2.5 0 2.5-7 5-7s2.5 7 5 7 2-3 4-3M3 7.500c2 0 2.5 5 5 5",
  boxes: "M3.5 7 10 3.5 16.5 7 10 10.500zM3.5 7v6L10 16.500l6.5-3.500V7M10 10.500v6",
  options: "M3 6c3 9 11 9 14 0M6 16h8M10 12.800V16",
  risk: "M10 3.5 17.5 16h-15zM10 8.500v3.500M10 13.900v.2",
  exports: "M10 3v9M6.5 8.5 10 12l3.5-3.500M4 13.500V16.500h12V13.5",
  alerts: "M5 13.500V9a5 5 0 0 1 10 0v4.500l1.5 1.500h-13zM8.5 17h3",
  market: "M4 16V9M8 16V5M12 16v-5M16 16V7",
  portfolio: "M3.5 7h13v9h-13zM7.5 7V4.500h5V7M3.5 11h13",
  research: "M8.5 3.500v5L4 16.500h12l-4.5-8v-5M7 3.500h6M6 13h8",
  playbook:
    "M5 3.500h8.500a2 2 0 0 1 2 2v11H7a2 2 0 0 1-2-2zM5 14.500a2 2 0 0 1 2-2h8.500M8 6.500h4.500M8 9h3",
  trading: "M4 7h11l-3-3M16 13H5l3 3",
  settings:
    "M10 12.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM10 3v2M10 15v2M3 10h2M15 10h2M5 5l1.5 1.500M13.5 13.5 15 15M15 5l-1.5 1.500M6.5 13.5 5 15",
  search: "M9 14.500a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM13 13l4 4",
  play: "M6 4v12l10-6z",
  stop: "M5.5 5.500h9v9h-9z",
  sun: "M10 13.500a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM10 2.500v1.500M10 16v1.500M2.5 10H4M16 10h1.500M4.7 4.700l1 1M14.3 14.300l1 1M15.3 4.700l-1 1M5.7 14.300l-1 1",
  moon: "M16 12A6.5 6.5 0 0 1 8 4a6.5 6.5 0 1 0 8 8z",
  left: "M12 5 7 10l5 5",
  right: "M8 5l5 5-5 5",
  down: "M5 8l5 5 5-5",
  scan: "M3.5 6V3.500H6M14 3.500h2.500V6M16.5 14v2.500H14M6 16.500H3.500V14M6.5 10h7M10 6.500v7",
  backtest: "M3.500 10a6.500 6.500 0 1 0 2-4.700M3.500 3.500v3h3M10 6.500V10l2.500 2",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  help: "M7.5 7.500a2.5 2.5 0 1 1 3.5 2.300c-.7.3-1 .8-1 1.700M10 14v.2M10 17.500a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15z",
  formula:
    "M13.5 4.5c-2-1-3.5 0-4 2.500l-1.5 7c-.4 2-1.5 2.5-3 2M6 8.500h6M11.5 11l4 5M15.5 11l-4 5",
  table: "M3.5 4.500h13v11h-13zM3.5 8h13M3.5 12h13M9 8v7.5",
  pause: "M7 5v10M13 5v10",
  expand: "M11.5 4H16v4.500M16 4l-5 5M8.5 16H4v-4.500M4 16l5-5",
  shrink: "M15.5 9H11V4.500M11 9l5-5M4.5 11H9v4.500M9 11l-5 5",
  narrower: "M3 10h5M5.500 7.500 8 10l-2.500 2.500M17 10h-5M14.500 7.500 12 10l2.500 2.500",
  wider: "M9 10H3M5.500 7.500 3 10l2.500 2.500M11 10h6M14.500 7.500 17 10l-2.500 2.500",
  lower: "M10 3v5M7.500 5.500 10 8l2.500-2.500M10 17v-5M7.500 14.500 10 12l2.500 2.500",
  higher: "M10 9V3M7.500 5.500 10 3l2.500 2.500M10 11v6M7.500 14.500 10 17l2.500-2.500",
  hide: "M2.500 10s2.800-5 7.500-5 7.500 5 7.500 5-2.800 5-7.500 5-7.500-5-7.500-5zM4 16 16 4",
  arrange:
    "M3.500 3.500h7v6h-7zM13 3.500h3.500v6H13zM3.500 12h3.500v4.500H3.500zM9.500 12h7v4.500h-7z",
  check: "M4 10.500l4 4 8-9",
  print: "M6 7V3.500h8V7M6 14H3.500V7h13v7H14M6 11.500h8v5H6z",
  link: "M8.500 11.500a3 3 0 0 0 4.300 0l2.700-2.700a3 3 0 0 0-4.300-4.300l-1 1M11.500 8.500a3 3 0 0 0-4.300 0l-2.700 2.700a3 3 0 0 0 4.300 4.300l1-1",
  clock: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 6v4l3 2",
  person:
    "M10 10a3.250 3.250 0 1 0 0-6.500 3.250 3.250 0 0 0 0 6.500zM3.500 16.500c1-3 3.500-4 6.500-4s5.500 1 6.500 4",
  card: "M3.5 5h13v10h-13zM3.5 8.500h13",
};

const ALIASES: Record<string, string> = {
  gauge: "dashboard",
  grid: "dashboard",
  chart: "market",
  "arrows-exchange": "pairs",
  scale: "pairs",
  download: "exports",
  bell: "alerts",
  radar: "scan",
  history: "backtest",
  flask: "research",
  box: "boxes",
};

export function Icon({ name, size = 18 }: { name: string; size?: number }) {
  const path = PATHS[name] ?? PATHS[ALIASES[name] ?? "card"];
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === "more" ? 2.4 : 1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={path} />
    </svg>
  );
}
