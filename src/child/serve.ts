/** The child's half: answers commands until its parent is gone, and then goes too. */
import type { Commands } from './child.ts';

export type Handlers<C extends Commands> = {
  readonly [K in keyof C]: (body: C[K]['body']) => C[K]['reply'] | Promise<C[K]['reply']>;
};

interface Ask {
  readonly seq: number;
  readonly command: string;
  readonly body: unknown;
}

export function serveCommands<C extends Commands>(handlers: Handlers<C>): void {
  // An interrupt from the terminal reaches the whole group; what is to become of a child is its parent's decision.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(0));
  // The parent may have gone while this program was being loaded, when nobody heard it.
  if (!process.connected) process.exit(0);
  process.on('message', (message) => {
    const { seq, command, body } = message as Ask;
    void answer(handlers, command, body).then((answered) => {
      if (process.connected) process.send?.({ seq, ...answered });
    });
  });
}

async function answer<C extends Commands>(
  handlers: Handlers<C>,
  command: string,
  body: unknown,
): Promise<{ reply?: unknown; error?: string }> {
  const handler = handlers[command as keyof C];
  if (handler === undefined) return { error: `no such command "${command}"` };
  try {
    return { reply: await handler(body) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
