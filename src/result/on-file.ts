/** What becomes of a type in a JSON file: units are plain numbers, an absent key stands for `undefined`, and in a list `null` does. */

/** `T` as `JSON.parse(JSON.stringify(value))` gives it back. */
export type OnFile<T> = T extends number
  ? number
  : T extends string | boolean | null
    ? T
    : T extends readonly (infer Item)[]
      ? (OnFile<Exclude<Item, undefined>> | (undefined extends Item ? null : never))[]
      : Flat<
          { -readonly [K in keyof T as Always<T, K>]: OnFile<T[K]> } & {
            -readonly [K in keyof T as Sometimes<T, K>]?: OnFile<Exclude<T[K], undefined>> | undefined;
          }
        >;

/** `T` with plain numbers in place of those with a unit. */
export type WithoutUnits<T> = T extends number ? number : T extends object ? { [K in keyof T]: WithoutUnits<T[K]> } : T;

/** Whether two types are the same, optional keys included. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

type Always<T, K extends keyof T> = undefined extends T[K] ? never : K;
type Sometimes<T, K extends keyof T> = undefined extends T[K] ? K : never;
type Flat<T> = { [K in keyof T]: T[K] };
