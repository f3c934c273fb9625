/** How answers begin, as bytes: the usual ones are known without being read. */

const ANSWER = Buffer.from('{"jsonrpc":"2.0","id":');
const RESULT = Buffer.from(',"result":{');
const CALL = Buffer.from('{"jsonrpc":"2.0","method":"');
const ERROR = Buffer.from('"error"');

/** How the usual notifications begin. */
export const beginsAsCall = (buffer: Buffer, start: number, end: number): boolean => begins(buffer, start, end, CALL);

/** Whether it is the usual result of the request with this id. A result beside an error is none. */
export function isUsualResult(buffer: Buffer, start: number, end: number, id: number): boolean {
  if (!begins(buffer, start, end, ANSWER)) return false;
  const digits = String(id);
  const idAt = start + ANSWER.length;
  for (let at = 0; at < digits.length; at += 1) if (buffer[idAt + at] !== digits.charCodeAt(at)) return false;
  const resultAt = idAt + digits.length;
  return begins(buffer, resultAt, end, RESULT) && !contains(buffer, resultAt, end, ERROR);
}

/** Up to this length a loop over the bytes is quicker than a view of them, which has to be made. */
const SHORT = 512;

function contains(buffer: Buffer, start: number, end: number, word: Buffer): boolean {
  if (end - start > SHORT) return buffer.subarray(start, end).indexOf(word) >= 0;
  const [first] = word;
  for (let at = start; at <= end - word.length; at += 1)
    if (buffer[at] === first && begins(buffer, at, end, word)) return true;
  return false;
}

function begins(buffer: Buffer, start: number, end: number, word: Buffer): boolean {
  if (end - start < word.length) return false;
  for (let at = 0; at < word.length; at += 1) if (buffer[start + at] !== word[at]) return false;
  return true;
}
