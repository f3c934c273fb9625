import { expect, test } from 'vitest';
import { armOfBuild } from '../scenario/builds.ts';
import { armOf } from '../../test/fixtures/record.ts';
import { baseOf, pairsToCompare, revisionPairs } from './arm-pairs.ts';

const words = (pairs: ReturnType<typeof pairsToCompare>) => pairs.map(({ arm, base }) => `${arm.id} ÷ ${base.id}`);
const pairs = (...ids: string[]) => words(pairsToCompare(ids.map(armOf)));

test('every other arm against the first', () => {
  expect(pairs()).toEqual([]);
  expect(pairs('sse')).toEqual([]);
  expect(pairs('sse', 'websocket', 'loopback')).toEqual(['websocket ÷ sse', 'loopback ÷ sse']);
});

test('the article’s two, wherever they stand, and never twice', () => {
  expect(pairs('loopback', 'websocket', 'sse')).toEqual(['websocket ÷ loopback', 'sse ÷ loopback', 'websocket ÷ sse']);
  expect(pairs('websocket', 'sse')).toEqual(['sse ÷ websocket']);
});

test('somebody else’s server stands for no side of the article', () => {
  const [stdio, sse, websocket] = ['stdio', 'sse', 'websocket'].map(armOf) as [
    ReturnType<typeof armOf>,
    ReturnType<typeof armOf>,
    ReturnType<typeof armOf>,
  ];
  const theirs = { ...sse, variant: { ...sse.variant, target: 'everything' } };
  expect(words(pairsToCompare([stdio, theirs, websocket]))).toEqual(['sse ÷ stdio', 'websocket ÷ stdio']);
});

test('arms of one network only', () => {
  expect(pairs('sse', 'sse+wan', 'websocket', 'websocket+wan')).toEqual(['websocket ÷ sse', 'websocket+wan ÷ sse+wan']);
  expect(pairs('sse', 'websocket+wan')).toEqual([]);
  expect(pairs('loopback', 'websocket+lan', 'sse+lan', 'sse+metro')).toEqual(['sse+lan ÷ websocket+lan']);
  const [wan, websocket] = [armOf('sse+wan'), armOf('websocket+wan')];
  const byAnother = { ...websocket, variant: { ...websocket.variant, mechanism: 'netem' as const } };
  expect(pairsToCompare([wan, byAnother])).toEqual([]);
});

test('what an arm is held against is the first over its network', () => {
  const arms = ['sse', 'websocket+wan', 'stdio', 'sse+wan'].map(armOf);
  expect(arms.map((arm) => baseOf(arms, arm).id)).toEqual(['sse', 'websocket+wan', 'sse', 'websocket+wan']);
});

test('revisions of one and the same', () => {
  const revisions = (...ids: string[]) => words(revisionPairs(ids.map(armOf)));
  expect(revisions('websocket', 'websocket@2026-07-28')).toEqual(['websocket@2026-07-28 ÷ websocket']);
  expect(revisions('websocket@2026-07-28', 'stdio', 'websocket')).toEqual(['websocket@2026-07-28 ÷ websocket']);
  expect(revisions('websocket', 'websocket#2')).toEqual([]);
  expect(revisions('streamable-http', 'streamable-http@2026-07-28+json')).toEqual([]);
  expect(revisions('stdio', 'stdio@2026-07-28', 'stdio@2026-07-28#2')).toEqual(['stdio@2026-07-28 ÷ stdio']);
});

test('arms of two builds with themselves, and never one transport with another', () => {
  const arms = ['sse', 'websocket'].flatMap((id) => ['base', 'head'].map((build) => armOfBuild(armOf(id), build)));
  expect(words(pairsToCompare(arms))).toEqual(['sse:head ÷ sse:base', 'websocket:head ÷ websocket:base']);
  expect(arms.map((arm) => baseOf(arms, arm).id)).toEqual(['sse:base', 'sse:base', 'websocket:base', 'websocket:base']);
});
