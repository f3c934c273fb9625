/** What a process used: read inside it, at the edges of the window. */
import { PerformanceObserver, performance } from 'node:perf_hooks';
import type { OutsideUse } from './process-tree.ts';
import { type Bytes, type Nanoseconds, NS_PER_MS, bytes, nanoseconds } from '../units.ts';

/** One process over the window. */
export interface ProcessUse {
  readonly cpuUserUs: number;
  readonly cpuSystemUs: number;
  /** Resident set at the end of the window. */
  readonly rssBytes: Bytes;
  /** Event-loop utilisation, 0 … 1. */
  readonly utilisation: number;
  readonly gcCount: number;
  readonly gcTotalNs: Nanoseconds;
  readonly gcMaxNs: Nanoseconds;
}

/** User and system together, in microseconds, whether the process told it itself or was looked at from outside. */
export const processorUs = (use: ProcessUse | OutsideUse): number =>
  'cpuUs' in use ? use.cpuUs : use.cpuUserUs + use.cpuSystemUs;

/** A reading that the next one is compared with. */
export interface ProcessReading {
  readonly cpu: NodeJS.CpuUsage;
  readonly utilisation: ReturnType<typeof performance.eventLoopUtilization>;
}

/**
 * Watches its own process. `process.cpuUsage` and not `/proc/<pid>/stat`, whose ticks of 10 ms see nothing of a short
 * window.
 */
export class ProcessMeter {
  #gcCount = 0;
  #gcTotalNs = 0;
  #gcMaxNs = 0;
  readonly #observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) this.#onGc(entry.duration * NS_PER_MS);
  });

  constructor() {
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  #onGc(durationNs: number): void {
    this.#gcCount += 1;
    this.#gcTotalNs += durationNs;
    this.#gcMaxNs = Math.max(this.#gcMaxNs, durationNs);
  }

  /** Begins a window: garbage collections are counted from here. */
  begin(): ProcessReading {
    this.#gcCount = 0;
    this.#gcTotalNs = 0;
    this.#gcMaxNs = 0;
    return { cpu: process.cpuUsage(), utilisation: performance.eventLoopUtilization() };
  }

  /** What was used since the window began. */
  since(begin: ProcessReading): ProcessUse {
    const cpu = process.cpuUsage(begin.cpu);
    return {
      cpuUserUs: cpu.user,
      cpuSystemUs: cpu.system,
      rssBytes: bytes(process.memoryUsage.rss()),
      utilisation: performance.eventLoopUtilization(begin.utilisation).utilization,
      gcCount: this.#gcCount,
      gcTotalNs: nanoseconds(Math.round(this.#gcTotalNs)),
      gcMaxNs: nanoseconds(Math.round(this.#gcMaxNs)),
    };
  }

  stop(): void {
    this.#observer.disconnect();
  }
}

/** Names of Node's flags, without their values: these may hold paths. Only NODE_OPTIONS reaches the processes that are measured. */
export const inheritedFlags = (): readonly string[] =>
  (process.env['NODE_OPTIONS'] ?? '')
    .split(' ')
    .filter((word) => word.startsWith('-'))
    .map((word) => word.split('=')[0] ?? word);
