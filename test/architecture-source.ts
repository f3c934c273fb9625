/** What one source file imports and whether it looks at a clock: read from its syntax tree, so comments and strings do not count. */
import { parseSync } from 'oxc-parser';

export interface SourceFile {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly source: string;
}

export interface Import {
  /** `undefined` where it is computed when the program runs. */
  readonly specifier: string | undefined;
  /** Erased by the compiler. */
  readonly typeOnly: boolean;
  /** Resolved only when the program comes to it: `import(…)`. */
  readonly lazy?: boolean;
}

/** A way to ask the system what time it is. */
export type ClockUse = 'hrtime' | 'performance.now' | 'Date' | 'new Date';

export interface ReadFile {
  readonly imports: readonly Import[];
  readonly clockUses: readonly ClockUse[];
}

export function readSource(file: SourceFile): ReadFile {
  const parsed = parseSync(file.path, file.source, { sourceType: 'module' });
  if (parsed.errors.length > 0) throw new SyntaxError(`${file.path}: ${parsed.errors[0]!.message}`);
  const imports: Import[] = [];
  const clockUses: ClockUse[] = [];
  visit(parsed.program, undefined, (node, parent) => {
    const found = importOf(node);
    if (found !== undefined) imports.push(found);
    const use = clockUseOf(node, parent);
    if (use !== undefined) clockUses.push(use);
  });
  return { imports, clockUses };
}

/** A node of the syntax tree (ESTree with TypeScript), as far as it is looked at here. */
interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

function visit(value: unknown, parent: Node | undefined, enter: (node: Node, parent: Node | undefined) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, parent, enter);
  } else if (isNode(value)) {
    enter(value, parent);
    for (const child of Object.values(value)) visit(child, value, enter);
  }
}

function importOf(node: Node): Import | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
      return { specifier: textOf(node['source']), typeOnly: node['importKind'] === 'type' || namesOnlyTypes(node) };
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
      if (!isNode(node['source'])) return undefined;
      return { specifier: textOf(node['source']), typeOnly: node['exportKind'] === 'type' || namesOnlyTypes(node) };
    case 'TSImportType':
      return { specifier: textOf(node['source']), typeOnly: true };
    case 'ImportExpression':
      return { specifier: textOf(node['source']), typeOnly: false, lazy: true };
    case 'CallExpression':
      return nameOf(node['callee']) === 'require' ? requireOf(node['arguments']) : undefined;
    default:
      return undefined;
  }
}

function requireOf(callArguments: unknown): Import {
  const first: unknown = Array.isArray(callArguments) ? callArguments[0] : undefined;
  return { specifier: textOf(first), typeOnly: false };
}

/** `import { type A, type B } from …`; an import without names is made for its effects and is none of these. */
function namesOnlyTypes(node: Node): boolean {
  const names = Array.isArray(node['specifiers']) ? node['specifiers'].filter((name) => isNode(name)) : [];
  return names.length > 0 && names.every((name) => name['importKind'] === 'type' || name['exportKind'] === 'type');
}

function textOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (typeof node['value'] === 'string') return node['value'];
  const [only, ...more] = Array.isArray(node['quasis']) ? node['quasis'].filter((part) => isNode(part)) : [];
  if (only === undefined || more.length > 0) return undefined;
  return (only['value'] as { readonly cooked: string }).cooked;
}

const nameOf = (node: unknown): unknown => (isNode(node) && node.type === 'Identifier' ? node['name'] : undefined);

function clockUseOf(node: Node, parent: Node | undefined): ClockUse | undefined {
  if (nameOf(node) === 'hrtime' || (node.type === 'Literal' && node['value'] === 'hrtime')) return 'hrtime';
  if (nameOf(node) === 'Date' && parent?.type !== 'TSTypeReference') {
    return parent?.type === 'NewExpression' ? 'new Date' : 'Date';
  }
  if (nameOf(node) === 'performance' && !isHarmless(node, parent)) return 'performance.now';
  return undefined;
}

const CLOCKS_OF_PERFORMANCE: readonly unknown[] = ['now', 'timeOrigin', 'mark', 'measure'];

/** `performance` also knows things that are no clock: `performance.eventLoopUtilization()`. Handed on or renamed, it is suspect. */
function isHarmless(performance: Node, parent: Node | undefined): boolean {
  if (parent?.type === 'TSQualifiedName') return true;
  if (parent?.type === 'ImportSpecifier') return nameOf(parent['local']) === 'performance';
  if (parent?.type !== 'MemberExpression' || parent['object'] !== performance) return false;
  const property = nameOf(parent['property']);
  return property !== undefined && !CLOCKS_OF_PERFORMANCE.includes(property);
}
