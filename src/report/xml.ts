/** XML 1.0 text: elements and attributes, with everything in them escaped. */
import { forTerminal } from './escape.ts';

const ENTITIES: Readonly<Partial<Record<string, string>>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' };
/** Not characters of XML (section 2.2 of XML 1.0), although nothing unprintable by Unicode's categories of control. */
const NO_CHARACTER = /[\ufffe\uffff]/g;

/** Fit for content and for attributes in double quotes: one line, no control character, no markup. */
const forXml = (text: string): string =>
  forTerminal(text)
    .replaceAll(NO_CHARACTER, '\ufffd')
    .replaceAll(/[<>&"]/g, (character) => ENTITIES[character] ?? character);

type Attributes = Readonly<Record<string, string | number>>;

/** An element as lines, children indented; `text` in place of children where it has lines of its own. */
export function element(name: string, attributes: Attributes, content: Content = []): readonly string[] {
  const opening = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${forXml(String(value))}"`)];
  const tag = `<${opening.join(' ')}`;
  if (typeof content === 'string') return [`${tag}>${content.split('\n').map(forXml).join('\n')}</${name}>`];
  if (content.length === 0) return [`${tag}/>`];
  return [`${tag}>`, ...content.map((line) => `  ${line}`), `</${name}>`];
}

/** Lines of elements, or text that is yet to be escaped; its line ends are kept. */
type Content = readonly string[] | string;
