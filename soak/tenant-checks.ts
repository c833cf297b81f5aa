import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSync, visitorKeys, type Node } from 'oxc-parser';

/** Matches every row, and tells a statement that it is in from all others. */
export const MARK = '00000000-0000-4000-8000-0000dead0000';
/** In statements, and for comparisons alone: which check it is. */
export const NOTE = /cccccccc-0000-4000-8000-[0-9a-f]{12}/g;

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
  /** What tells it apart. */
  id: string;
  /** The same, and noting that it was asked. */
  noted: string;
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
    note: (id: string) => string,
  ) => {
    const line = source.slice(0, start).split('\n').length;
    const hash = createHash('sha256').update(`${file}:${start}`).digest('hex');
    const id = `cccccccc-0000-4000-8000-${hash.slice(0, 12)}`;
    const noted = note(id);
    checks.push({
      file,
      line,
      start,
      end,
      text: source.slice(start, end),
      removed,
      id,
      noted,
      kind,
    });
  };
  const of = (node: Node): string => source.slice(node.start, node.end);

  walk(parseSync(file, source).program as unknown as Node, [], (node, ancestors) => {
    const isValue = node.type === 'Property' && ancestors.at(-1)?.type === 'ObjectExpression';
    if (isValue && inWhere(node, ancestors, of)) {
      const key = of(node.key);
      const anything = `dealershipId: { not: '${MARK}' }`;
      if (key === 'dealershipId') {
        add(
          'where',
          node.start,
          node.end,
          anything,
          (id) => `dealershipId: { equals: ${of(node.value)}, not: '${id}' }`,
        );
      }
      if (key === 'dealershipId_id' && node.value.type === 'ObjectExpression') {
        const id = node.value.properties.find(
          (one) => one.type === 'Property' && of(one.key) === 'id',
        );
        if (id) {
          add(
            'where',
            node.start,
            node.end,
            `${of(id)}, ${anything}`,
            (note) => `${of(node)}, dealershipId: { not: '${note}' }`,
          );
        }
      }
    }
    if (node.type === 'TemplateLiteral') {
      const isTagged = ancestors.at(-1)?.type === 'TaggedTemplateExpression';
      const text = (index: number) => of(node.quasis[index] as Node).replace(/^\}|\$\{$/g, '');
      for (const [index, expression] of node.expressions.entries()) {
        const named = node.expressions[index - 1];
        const isNamed =
          text(index) === ' = ' && named !== undefined && of(named).includes("'dealership_id'");
        const [column = ''] = /(?:\b\w+\.)?(?:dealership_id|\bid) = $/.exec(text(index)) ?? [];
        const isOurs =
          column.includes('dealership_id') || (column && of(expression).endsWith('dealershipId'));
        if (!isOurs && !isNamed) continue;
        const cast = /^\}?::uuid/.test(of(node.quasis[index + 1] as Node)) ? '::uuid' : '';
        const end = expression.end + 1 + cast.length;
        if (isTagged) {
          const start = expression.start - 2 - column.length;
          const noted = (id: string) =>
            `${source.slice(start, end)} and \${'${id}'}::uuid is not null`;
          add('sql', start, end, `\${'${MARK}'}::uuid is not null`, noted);
          continue;
        }
        // The name of a row, and that of its column, may be values of the template, too.
        let from = isNamed ? index - 1 : index;
        if (text(from) === (isNamed ? '.' : `.${column}`)) from -= 1;
        const start =
          from === index
            ? expression.start - 2 - column.length
            : (node.expressions[from] as Node).start - 2;
        // Such a text may be written once and asked often: that it was asked stands in itself.
        add(
          'sql',
          start,
          end,
          `\${${of(expression)}}${cast} is not null /* ${MARK} */`,
          (id) => `${source.slice(start, end)} /* ${id} */`,
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
          (id) => `(globalThis.noteCheck?.('${id}'), ${of(node)})`,
        );
      }
    }
  });
  return checks;

  /** Statements of node-postgres number their values. */
  function textChecks(node: Node): void {
    for (const match of of(node).matchAll(/(?:\b\w+\.)?dealership_id = (\$\d+)/g)) {
      const start = node.start + match.index;
      add(
        'sql',
        start,
        start + match[0].length,
        `${match[1]}::uuid is not null /* ${MARK} */`,
        (id) => `${match[0]} /* ${id} */`,
      );
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
