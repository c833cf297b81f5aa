import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSync, visitorKeys, type Node } from 'oxc-parser';

/** Matches every row, and tells a statement that it is in from all others. */
export const MARK = '00000000-0000-4000-8000-0000dead0000';

/** One place of the server's code that holds a statement, or a decision, to one dealership. */
export interface TenantCheck {
  file: string;
  line: number;
  /** Offsets in the file. */
  start: number;
  end: number;
  /** What stands there. */
  text: string;
  /** The same without the check. */
  removed: string;
  /** The same, and noting that it was asked; null where nothing can. */
  noted: string | null;
  kind: 'where' | 'sql' | 'comparison';
}

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** Every check of the server, found in its syntax: what is added later is found, too. */
export function findTenantChecks(): TenantCheck[] {
  return readdirSync(`${ROOT}server`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !/\.(test|contract)\.ts$/.test(path))
    .sort()
    .flatMap((path) => checksIn(`server/${path}`));
}

function checksIn(file: string): TenantCheck[] {
  const source = readFileSync(ROOT + file, 'utf8');
  if (!/dealershipId|dealership_id/.test(source)) return [];
  const checks: TenantCheck[] = [];
  const add = (
    kind: TenantCheck['kind'],
    start: number,
    end: number,
    removed: string,
    note: ((call: string) => string) | null,
  ) => {
    const line = source.slice(0, start).split('\n').length;
    const noted = note?.(`globalThis.noteCheck?.('${file}:${start}')`) ?? null;
    checks.push({ file, line, start, end, text: source.slice(start, end), removed, noted, kind });
  };
  const of = (node: Node): string => source.slice(node.start, node.end);

  walk(parseSync(file, source).program as unknown as Node, [], (node, ancestors) => {
    const isValue = node.type === 'Property' && ancestors.at(-1)?.type === 'ObjectExpression';
    if (isValue && inWhere(node, ancestors, of)) {
      const key = of(node.key);
      const note = (call: string) => `${key}: (${call}, ${of(node.value)})`;
      const anything = `dealershipId: { not: '${MARK}' }`;
      if (key === 'dealershipId') add('where', node.start, node.end, anything, note);
      if (key === 'dealershipId_id' && node.value.type === 'ObjectExpression') {
        const id = node.value.properties.find(
          (one) => one.type === 'Property' && of(one.key) === 'id',
        );
        if (id) add('where', node.start, node.end, `${of(id)}, ${anything}`, note);
      }
    }
    if (node.type === 'TemplateLiteral') {
      for (const [index, expression] of node.expressions.entries()) {
        const before = node.quasis[index] as Node;
        const match = /(?:\b\w+\.)?(?:dealership_id|\bid) = $/.exec(
          of(before).replace(/\$\{$/, ''),
        );
        const isOurs =
          match && (match[0].includes('dealership_id') || of(expression).endsWith('dealershipId'));
        if (!isOurs) continue;
        const after = of(node.quasis[index + 1] as Node);
        const cast = after.startsWith('}::uuid') || after.startsWith('::uuid') ? '::uuid' : '';
        const start = expression.start - 2 - match[0].length;
        const end = expression.end + 1 + cast.length;
        add(
          'sql',
          start,
          end,
          `\${'${MARK}'}::uuid is not null`,
          (call) => `${match[0]}\${(${call}, ${of(expression)})}${cast}`,
        );
      }
      textChecks(node);
    }
    if (node.type === 'Literal' && typeof node.value === 'string') textChecks(node);
    if (node.type === 'BinaryExpression' && /^[!=]==$/.test(node.operator)) {
      const sides = [of(node.left), of(node.right)];
      const ours = sides.some((side) => /(^|\.)dealershipId$/.test(side));
      if (ours && !sides.includes('null')) {
        add(
          'comparison',
          node.start,
          node.end,
          String(node.operator === '==='),
          (call) => `(${call}, ${of(node)})`,
        );
      }
    }
  });
  return checks;

  /** Statements of node-postgres number their values. */
  function textChecks(node: Node): void {
    for (const match of of(node).matchAll(/(?:\b\w+\.)?dealership_id = (\$\d+)/g)) {
      const start = node.start + match.index;
      add('sql', start, start + match[0].length, `${match[1]}::uuid is not null`, null);
    }
  }
}

/** Whether a property is part of what a query looks for, not of what it writes. */
function inWhere(node: Node, ancestors: readonly Node[], of: (node: Node) => string): boolean {
  for (const ancestor of [...ancestors].reverse()) {
    if (ancestor.type === 'Property' && ancestor !== node) {
      const key = of(ancestor.key);
      if (key === 'where') return true;
      if (key === 'data' || key === 'create' || key === 'dealershipId_id') return false;
    }
    if (ancestor.type === 'VariableDeclarator') return of(ancestor.id).startsWith('where');
    if (/Function/.test(ancestor.type)) {
      const { returnType } = ancestor as { returnType?: Node | null };
      return returnType != null && of(returnType).includes('WhereInput');
    }
  }
  return false;
}

function walk(
  node: Node,
  ancestors: readonly Node[],
  visit: (node: Node, ancestors: readonly Node[]) => void,
): void {
  visit(node, ancestors);
  const inner = [...ancestors, node];
  for (const key of visitorKeys[node.type] ?? []) {
    const child = (node as unknown as Record<string, Node | (Node | null)[] | null>)[key];
    for (const one of Array.isArray(child) ? child : [child]) if (one) walk(one, inner, visit);
  }
}
