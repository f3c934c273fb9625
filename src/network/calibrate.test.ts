import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { monotonicClock } from '../measure/clock.ts';
import { oneWayOf } from '../scenario/network.ts';
import { milliseconds, nanoseconds } from '../units.ts';
import { timerAlarm } from './alarm.ts';
import { calibrate, checkOf } from './calibrate.ts';
import { DelayLine } from './delay-line.ts';
import { pingThrough, startEcho } from './ping.ts';
import { Relay } from './relay.ts';

const clock = monotonicClock();
const us = (...values: readonly number[]) => values.map((value) => nanoseconds(value * 1_000));

test('what a relay adds is what its ping takes beyond the round trip, and beyond the ping without it', () => {
  const direct = us(60, 40, 50);
  const through = us(10_450, 10_350, 10_250, 10_650, 10_550, 10_750, 10_850, 10_950, 11_050, 12_050);
  expect(checkOf(milliseconds(10), direct, through)).toEqual({
    roundTripNs: milliseconds(10),
    pings: 10,
    addedP50Ns: 600_000,
    addedP90Ns: 1_000_000,
  });
});

test('a ping through a relay is never quicker than the round trip', async () => {
  const line = new DelayLine(clock, timerAlarm(clock));
  line.setDelay(oneWayOf('metro'));
  const relay = new Relay(line);
  const echo = await startEcho();
  onTestFinished(() => {
    relay.close();
    echo.close();
  });
  const port = await relay.open(echo.port);
  const pings = await pingThrough(port, { clock, pings: 5, pauseNs: nanoseconds(0), timeoutMs: 10_000 });
  expect(Math.min(...pings)).toBeGreaterThanOrEqual(milliseconds(10));
  const check = await calibrate({ clock, profile: 'metro', echo, port });
  expect(check).toMatchObject({ roundTripNs: milliseconds(10), pings: 50 });
});

describe('a ping that does not come back', () => {
  const one = { clock, pings: 1, pauseNs: nanoseconds(0) };

  test('where nobody listens', async () => {
    const echo = await startEcho();
    echo.close();
    await expect(pingThrough(echo.port, { ...one, timeoutMs: 20_000 })).rejects.toThrow(/ECONNREFUSED|closed/);
  });

  const leave = (socket: Socket): void => {
    socket.once('data', () => void socket.end());
  };
  const listen = (socket: Socket): void => {
    socket.resume();
  };

  test.each([
    ['where the other end goes away', leave, 20_000, /closed/],
    ['where the other end says nothing', listen, 50, /abort/],
  ] as const)('%s', async (_, onConnection, timeoutMs, why) => {
    const server = createServer(onConnection);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    await expect(pingThrough(port, { ...one, timeoutMs })).rejects.toThrow(why);
  });
});
