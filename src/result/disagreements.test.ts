import { expect, test } from 'vitest';
import { distributionOf, fixtureRecord, withMeasurements } from '../../test/fixtures/record.ts';
import { parseRecord, serialiseRecord } from './codec.ts';
import type { Measurement } from './record.ts';

/** Reads a record in which one measurement of calls was edited by hand. */
const readEdited = (edit: (measurement: Measurement) => Partial<Measurement>, cellId = 'tool-calls') => {
  const edited = withMeasurements(fixtureRecord({ blocks: 1 }), (measurement) =>
    measurement.cellId === cellId ? { ...measurement, ...edit(measurement) } : measurement,
  );
  return () => parseRecord(serialiseRecord(edited), 'x.json');
};

test('a record that nobody edited is read', () => {
  expect(readEdited(() => ({}))).not.toThrow();
});

test.each<[string, (measurement: Measurement) => Partial<Measurement>]>([
  ['responseTime.count', ({ calls }) => ({ calls: { ...calls, due: calls.due - 1, ok: calls.ok - 1 } })],
  ['bytes.wireUp', ({ bytes }) => ({ bytes: { ...bytes, wireUp: 1 as never } })],
  ['bytes.wireDown', ({ bytes }) => ({ bytes: { ...bytes, driverWireDown: 1 as never } })],
  ['calls.wrong', ({ calls }) => ({ calls: { ...calls, due: calls.due + 3, wrong: 3 } })],
  ['elapsedNs', () => ({ elapsedNs: 1 as never })],
])('numbers that contradict each other are refused: %s', (place, edit) => {
  expect(readEdited(edit)).toThrow(place);
});

test('pushes too cannot have taken longer than the window', () => {
  expect(readEdited(() => ({ elapsedNs: 1 as never }), 'notifications[100/s]')).toThrow('elapsedNs');
});

test.each<[string, Partial<NonNullable<Measurement['fanOut']>>]>([
  ['fanOut.events: got 41, expected 40, complete and incomplete', { events: 41 }],
  ['fanOut.deliveries: got 159, expected 160 as in the books', { deliveries: 159 }],
  ['fanOut.first.count: got 41, expected at most 40, the events', { first: distributionOf(Array(41).fill(1)) }],
  ['fanOut.last.count: got 41, expected at most 40, the complete', { last: distributionOf(Array(41).fill(1)) }],
  ['fanOut.spread: got a histogram that cannot be used', { spread: { ...distributionOf([1]), hdr: 'x' } }],
  ['elapsedNs', { last: distributionOf(Array(40).fill(3e9)) }],
])('receivers that contradict the books are refused: %s', (message, edit) => {
  const read = readEdited(({ fanOut }) => ({ fanOut: { ...fanOut!, ...edit } }), 'notifications[20/s]');
  expect(read).toThrow(message);
});

test('deliveries that do not add up are read where a doubt says so', () => {
  const edit = ({ fanOut, doubts }: Measurement): Partial<Measurement> => ({
    fanOut: { ...fanOut!, deliveries: 1 },
    doubts: [...doubts, { kind: 'books-do-not-balance', detail: 'events' }],
  });
  expect(readEdited(edit, 'notifications[20/s]')).not.toThrow();
});

const NOT_OURS = { wireUp: null, wireDown: null } as const;

test('of somebody else’s server the endpoint’s counts are absent, which contradicts nothing', () => {
  expect(readEdited(({ bytes }) => ({ endpoint: null, bytes: { ...bytes, ...NOT_OURS } }))).not.toThrow();
});

test.each([
  ['wireUp', { wireUp: 5, driverWireUp: null }],
  ['wireDown', { wireDown: 5, driverWireDown: null }],
] as const)('an endpoint that counted what its driver did not is refused, or doubted: %s', (key, counts) => {
  const edit = ({ bytes }: Measurement) => ({ bytes: { ...bytes, ...(counts as object) } });
  expect(readEdited(edit)).toThrow(`bytes.${key}: got 5, expected null as at the driver, or a doubt that says so`);
  expect(
    readEdited((measurement) => ({
      ...edit(measurement),
      doubts: [...measurement.doubts, { kind: 'books-do-not-balance', detail: 'bytes' }],
    })),
  ).not.toThrow();
});
