import Table, { type Cell, type HorizontalAlignment } from 'cli-table3';

/** Contents of a table for a terminal. */
interface TableContents {
  /** Without it, the first rows are the head. */
  readonly head?: readonly string[];
  /** Alignment of each column. */
  readonly align: readonly HorizontalAlignment[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A table as text for a terminal, without colors. */
export function textTable({ head = [], align, rows }: TableContents): string {
  const table = new Table({
    head: [...head],
    colAligns: [...align],
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

/** Cell over several columns. */
export function spanningCell(content: string | number, colSpan: number): Cell {
  return { content, colSpan, hAlign: 'center' };
}
