/** Alerts accepted a second, over the last minute, by company; heard from what is live only. */
import type { AcceptedNow, Frame } from "./frames";

const SECONDS = 60;

export class Rates {
  private readonly counts = new Map<number, Map<string, number>>();

  hear(frames: Frame[]): void {
    for (const frame of frames) {
      if (frame.event !== "alert.accepted") continue;
      const { at, company_id, data } = frame.data as AcceptedNow;
      const second = Math.floor(Date.parse(at) / 1000);
      const of = this.counts.get(second) ?? new Map<string, number>();
      of.set(company_id, (of.get(company_id) ?? 0) + data.count);
      this.counts.set(second, of);
    }
  }

  /** A number for each second up to the one before `now`, oldest first. */
  series(now: number, company: string | null): number[] {
    const last = Math.floor(now / 1000) - 1;
    for (const second of this.counts.keys()) if (second < last - SECONDS) this.counts.delete(second);
    return Array.from({ length: SECONDS }, (_, place) => {
      const of = this.counts.get(last - SECONDS + 1 + place);
      if (of === undefined) return 0;
      return company === null ? [...of.values()].reduce((sum, count) => sum + count, 0) : (of.get(company) ?? 0);
    });
  }
}
