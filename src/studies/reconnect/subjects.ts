/** Which client is cut off how, and by what: every combination that says something of its own. */
import type { Cut, ReconnectClient } from '../../scenario/studies/reconnect.ts';
import type { StudySettings } from '../../scenario/study-settings.ts';
import type { Subject } from '../../scenario/study.ts';

export interface ReconnectSubject {
  readonly client: ReconnectClient;
  readonly cut: Cut;
  /** Whether the endpoint keeps what it has sent. */
  readonly buffer: 'none' | 'replay';
  /** Whether the endpoint breaks its silence. */
  readonly heartbeats: 'off' | 'on';
  /** Who says how long the client waits. */
  readonly retry: 'stated' | 'default';
}

type Settings = StudySettings['reconnect'];

/** Which have a wait of their own; in the others it is an application's to choose. */
const HAVE_DEFAULT: readonly ReconnectClient[] = ['eventsource', 'streamable-http-2025-11-25'];
/** Which have no way to ask for what they have missed. */
const ASK_FOR_NOTHING: readonly ReconnectClient[] = ['ws', 'streamable-http-2026-07-28'];
/** Which watch their connection when there are heartbeats. */
const WATCH: readonly ReconnectClient[] = ['eventsource-watched', 'ws-resume', 'streamable-http-2026-07-28'];

export const watches = ({ client, cut, heartbeats }: ReconnectSubject): boolean =>
  cut === 'black-hole' && heartbeats === 'on' && WATCH.includes(client);

export const subjectsOf = ({ clients, cuts, buffers, retries }: Settings): readonly Subject[] =>
  cuts.flatMap((cut) =>
    clients.flatMap((client) =>
      (['off', 'on'] as const).flatMap((heartbeats) =>
        buffers.flatMap((buffer) =>
          retries.flatMap((retry) => {
            const subject = { client, cut, buffer, heartbeats, retry };
            return saysSomething(subject, buffers) ? [{ ...subject }] : [];
          }),
        ),
      ),
    ),
  );

function saysSomething(subject: ReconnectSubject, buffers: Settings['buffers']): boolean {
  const { client, cut, buffer, heartbeats, retry } = subject;
  // Heartbeats matter where something waits for silence; a watched source is one that is watched.
  const silent = cut === 'black-hole' || cut === 'idle-timeout';
  if (heartbeats === 'on' && !silent) return false;
  if (client === 'eventsource-watched' && !watches(subject)) return false;
  // A client's own wait is shown once.
  if (retry === 'default' && !(cut === 'fin' && HAVE_DEFAULT.includes(client))) return false;
  // Who never comes back, or never goes, asks for nothing either; one buffer stands for both.
  const comesBack = !(cut === 'black-hole' && !watches(subject)) && !(cut === 'idle-timeout' && heartbeats === 'on');
  return comesBack && !ASK_FOR_NOTHING.includes(client) ? true : buffer === onlyOneOf(buffers);
}

const onlyOneOf = (buffers: Settings['buffers']): ReconnectSubject['buffer'] =>
  buffers.includes('none') ? 'none' : 'replay';

/** The step's subject as it was planned. */
export const readSubject = (subject: Subject): ReconnectSubject => subject as unknown as ReconnectSubject;
