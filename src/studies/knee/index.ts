/** The highest rate that an arm sustains under a stated limit, and how its times grow on the way there. */
import { HiccupMeter } from '../../measure/hiccup-meter.ts';
import type { StudyData } from '../../result/study-data.ts';
import { pacingOf } from '../../scenario/pacing.ts';
import type { Arm } from '../../scenario/plan.ts';
import { choosePlacement, placementWords } from '../../trial/placement.ts';
import { minus, nanoseconds, seconds } from '../../units.ts';
import type { StepContext, Study } from '../contract.ts';
import { makeProbe, type Probe } from './probe.ts';
import { type Found, type Reply, searchKnee } from './search.ts';

/** What a probe that begins within its time may take beyond it, on a machine that is busy. */
const SLACK_NS = seconds(90);
/** Probes that come to nothing are made again, so often; then the step has failed. */
const MOST_FAILURES = 3;

export const study: Study<'knee'> = {
  name: 'knee',
  placesItself: true,
  subjects: ({ arms }) => arms.map(({ id }) => ({ arm: id })),
  limitNs: ({ settings }) => nanoseconds(settings.budget + settings.window + SLACK_NS),
  measure: async (subject, context) => {
    const arm = context.arms.find(({ id }) => id === subject['arm']);
    if (arm === undefined) throw new Error(`there is no arm ${subject['arm']} in this study`);
    const hiccups = new HiccupMeter(context.clock);
    hiccups.start();
    try {
      return { status: 'measured', data: await searchArm(arm, context, hiccups) };
    } finally {
      hiccups.stop();
    }
  },
};

async function searchArm(arm: Arm, context: StepContext<'knee'>, hiccups: HiccupMeter): Promise<StudyData['knee']> {
  const { settings, placement: choice } = context;
  const placement = choosePlacement(choice);
  const search = searchKnee({ fromPerSec: settings.from, mostPerSec: settings.most });
  const made = new Made(context);
  let step = search.next();
  while (step.done !== true) {
    const asked = step.value;
    const reply = await made.take((number) => makeProbe(asked, number, { arm, context, placement, hiccups }));
    step = search.next(reply);
  }
  return dataOf(step.value, { made, context, placement: placementWords(placement, { arms: [arm] }) });
}

/** The probes so far, and the bounds that end their making. */
class Made {
  readonly probes: Probe[] = [];
  readonly failures: string[] = [];
  readonly #context: StepContext<'knee'>;
  readonly #startedNs: number;
  /** Of all probes so far, failed ones included. */
  #longestNs = 0;

  constructor(context: StepContext<'knee'>) {
    this.#context = context;
    this.#startedNs = context.clock.now();
  }

  /** Makes a probe, again where it fails, and tells the search of it; `'stop'` where none may be made any more. */
  async take(make: (number: number) => Promise<Probe>): Promise<Reply> {
    for (;;) {
      const number = this.probes.length + this.failures.length;
      const beganNs = this.#context.clock.now();
      if (this.#isOver(beganNs, number)) return 'stop';
      try {
        const probe = await make(number);
        this.probes.push(probe);
        return probe.answer;
      } catch (error) {
        if (!(error instanceof Error) || this.failures.length >= MOST_FAILURES) throw error;
        this.failures.push(error.message);
      } finally {
        this.#longestNs = Math.max(this.#longestNs, minus(this.#context.clock.now(), beganNs));
      }
    }
  }

  #isOver(nowNs: number, number: number): boolean {
    const { budget, probes } = this.#context.settings;
    return number >= probes || nowNs - this.#startedNs + this.#longestNs > budget;
  }
}

interface Ended {
  readonly made: Made;
  readonly context: StepContext<'knee'>;
  readonly placement: string;
}

const dataOf = (found: Found, { made, context, placement }: Ended): StudyData['knee'] => ({
  pacing: pacingOf(context, {}),
  placement,
  ...found,
  failures: [...made.failures],
  probes: [...made.probes],
});
