/** Where a page tells what it found: a server of its own, which no limit of the page's origin keeps it from. */
import { z } from 'zod';
import { bytes } from '../../units.ts';
import { readBody } from '../../wire/body.ts';
import { listenHttp } from '../../wire/http-server.ts';
import type { ServerReply, ServerRequest } from '../../wire/http.ts';
import { isFromHere } from '../../wire/loopback-only.ts';

const MAX_REPORT_BYTES = bytes(4_096);

/** The page is of another origin, which is the point. */
const READABLE_FROM_ELSEWHERE = { 'access-control-allow-origin': '*', 'content-type': 'application/json' };

const report = z.discriminatedUnion('at', [
  /** Something takes long: has the server received it? */
  z.object({ at: z.literal('waiting') }),
  z.object({
    at: z.literal('full'),
    /** How many streams are open at once. */
    opened: z.int().min(0),
    /** What became of the first that did not open. */
    next: z.enum(['none', 'waits', 'fails']),
    plain: z.object({ passed: z.boolean(), elapsedMs: z.number().min(0) }),
  }),
  z.object({ at: z.literal('end'), nextOpens: z.boolean().nullable() }),
]);

export type PageReport = z.infer<typeof report>;
export type FullReport = Extract<PageReport, { readonly at: 'full' }>;

/** What has come to the page's origin so far: the answer to every report. */
export interface Received {
  readonly streams: number;
  readonly plain: number;
}

export interface ReportServer {
  /** What a page posts to. */
  readonly url: string;
  close(): Promise<void>;
}

/** `onReport` is called within the request: what it looks at is as it was when the page spoke. */
export async function listenForReports(onReport: (report: PageReport) => Received): Promise<ReportServer> {
  const onRequest = (request: ServerRequest, reply: ServerReply): void => {
    if (request.method !== 'POST' || !isFromHere(request)) {
      reply.writeHead(403, {}); // A page of somebody else's has nothing to tell here.
      reply.end();
      return;
    }
    readBody(request, MAX_REPORT_BYTES, (body) => {
      const read = body.kind === 'whole' ? readReport(body.text) : undefined;
      reply.writeHead(read === undefined ? 400 : 200, READABLE_FROM_ELSEWHERE);
      reply.end(read === undefined ? '' : JSON.stringify(onReport(read)));
    });
  };
  const server = await listenHttp({ variant: { http: '1.1', tls: false }, onRequest });
  return { url: `${server.origin}/`, close: () => server.close() };
}

function readReport(text: string): PageReport | undefined {
  try {
    return report.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
