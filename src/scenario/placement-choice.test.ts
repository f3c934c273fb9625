import { describe, expect, test } from 'vitest';
import { isOneCore, parsePlacement, placementNote, whyNotPlaced } from './placement-choice.ts';

describe('where processes are asked to run', () => {
  test.each([
    ['apart', { kind: 'apart' }, false, ''],
    ['same', { kind: 'same' }, true, 'endpoint and driver on the same core'],
    ['free', { kind: 'free' }, false, 'processes left to the scheduler'],
    ['0,1', { kind: 'cores', endpointCpu: 0, driverCpu: 1 }, false, 'endpoint on core 0, driver on core 1'],
    ['3,3', { kind: 'cores', endpointCpu: 3, driverCpu: 3 }, true, 'endpoint on core 3, driver on core 3'],
  ])('%s', (text, choice, oneCore, note) => {
    const found = parsePlacement(text);
    expect(found).toEqual(choice);
    if (found === undefined) throw new Error('not read');
    expect(isOneCore(found)).toBe(oneCore);
    expect(placementNote(found)).toBe(note);
  });

  test.each(['', 'together', '0', '0,', ',1', '0,1,2', '-1,0', '0, 1', '1e1,0', '99999,0'])('%j is none', (text) => {
    expect(parsePlacement(text)).toBeUndefined();
  });

  test('a core that may not be used is named, with those that may', () => {
    expect(whyNotPlaced({ kind: 'cores', endpointCpu: 0, driverCpu: 7 }, [0, 1])).toBe(
      'got core "7", expected two of the cores that processes may use here, these: 0, 1',
    );
    expect(whyNotPlaced({ kind: 'cores', endpointCpu: 1, driverCpu: 0 }, [0, 1])).toBeUndefined();
    expect(whyNotPlaced({ kind: 'cores', endpointCpu: 1, driverCpu: 0 }, [])).toContain('does not tell');
    expect(whyNotPlaced({ kind: 'same' }, [])).toBeUndefined();
  });
});
