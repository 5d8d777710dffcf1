/** A chart that shares its crosshair and its time range with the others of its group. */
export interface Member {
  /** First and last time it has, or null while it is empty. [ms UTC] */
  extent(): [number, number] | null;
  /** Width its line labels need to the right of the plot. [px] */
  gutter(): number;
  showCursor(x: number | null): void;
  redraw(): void;
}

/**
 * The charts of a page that answer one question together: same range, same crosshair, and plots of
 * the same width, so that a moment is at the same place in all of them.
 */
export class ChartGroup {
  zoom: [number, number] | null = null;
  private readonly members = new Set<Member>();
  private readonly watchers = new Set<() => void>();

  join(member: Member): () => void {
    this.members.add(member);
    return () => {
      this.members.delete(member);
      if (this.members.size === 0) this.zoom = null;
    };
  }

  /** The range every chart shows: the zoomed one, else all the time that any of them has. */
  range(): [number, number] | null {
    if (this.zoom !== null) return this.zoom;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const member of this.members) {
      const extent = member.extent();
      if (extent === null) continue;
      low = Math.min(low, extent[0]);
      high = Math.max(high, extent[1]);
    }
    return high >= low ? [low, high === low ? low + 1000 : high] : null;
  }

  gutter(): number {
    let widest = 0;
    for (const member of this.members) widest = Math.max(widest, member.gutter());
    return widest;
  }

  setZoom(zoom: [number, number] | null): void {
    this.zoom = zoom;
    for (const member of this.members) member.redraw();
    for (const watcher of this.watchers) watcher();
  }

  cursor(x: number | null, from: Member): void {
    for (const member of this.members) if (member !== from) member.showCursor(x);
  }

  onZoom(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }
}
