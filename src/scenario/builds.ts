/** Arms whose code comes from builds: what they are called, and which of them are the same but for the build. */
import type { Arm } from './arm.ts';

/** Stands between an arm's word and its build: no word of an arm holds one. */
const SEPARATOR = ':';

/** The arm with its code from the build: `sse:base`, `SSE (base)`. */
export function armOfBuild(arm: Arm, build: string): Arm {
  const title = arm.title.endsWith(')') ? `${arm.title.slice(0, -1)}, ${build})` : `${arm.title} (${build})`;
  return { ...arm, id: `${arm.id}${SEPARATOR}${build}`, title, build };
}

/** What the arm's id is without its build: the same for base and head. */
export const idWithoutBuild = ({ id, build }: Arm): string =>
  build === undefined ? id : id.slice(0, -(SEPARATOR.length + build.length));

/** One way of speaking MCP to one server, in its two builds. */
export interface BuildPair {
  readonly base: Arm;
  readonly head: Arm;
}

/** Of arms with a build, those that differ in nothing but that: the first of them is the base. Arms without a build take no part. */
export function buildPairs(arms: readonly Arm[]): readonly BuildPair[] {
  const built = arms.filter(({ build }) => build !== undefined);
  return built.flatMap((head, at) => {
    const base = built.slice(0, at).find((arm) => idWithoutBuild(arm) === idWithoutBuild(head));
    return base === undefined ? [] : [{ base, head }];
  });
}
