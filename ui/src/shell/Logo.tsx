/** The mark: three stacked cards whose edges form a rising term structure. */
export function Logo({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="currentColor" aria-hidden="true">
      <path d="M1 11.2 8.2 10 15 8.1V10L8.2 12.9 1 14.2Z" opacity="1" />
      <path d="M1 7.6 8.2 6 15 3.6V6L8.2 9 1 10Z" opacity="0.78" />
      <path d="M1 4 8.2 2.6 15 0.8V2.2L8.2 5 1 6.4Z" opacity="0.5" />
    </svg>
  );
}
