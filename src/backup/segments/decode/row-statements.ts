import { valuesOf, type ColumnValues } from './column-values';
import { quotedName } from './literals';
import { Obstructed } from './obstructed';
import { LOGGED_CASCADES, UNCHECKED_KEYS, type LoggedTable, type RowsEvent } from './row-events';
import { rowsOf, type RowImage } from './row-images';
import type { TableShape } from './transaction';

/** Statements get so long, in characters, before another INSERT begins. */
const LONG = 256 * 1024;

/** A table of the pool's database, with what it takes to write its rows as SQL. */
export class TableRows {
  private readonly values: readonly ColumnValues[];
  private readonly names: readonly string[];
  private readonly name: string;

  /** @throws Obstructed where its rows cannot be carried over */
  constructor(
    private readonly shape: TableShape,
    { columns }: LoggedTable,
  ) {
    this.name = quotedName(shape.name);
    if (shape.kind !== 'BASE TABLE') {
      throw new Obstructed(`The rows of the table ${shape.name} cannot be carried over: it is a ${shape.kind}.`);
    }
    if (columns.length !== shape.columns.length) {
      throw new Obstructed(`The table ${shape.name} has other columns than it had.`);
    }
    this.names = shape.columns.map(({ name }) => quotedName(name));
    this.values = shape.columns.map((column, i) => valuesOf(shape.name, column, columns[i] ?? { type: -1, meta: -1 }));
  }

  get table(): string {
    return this.shape.name;
  }

  /**
   * The rows of an event as statements, in their order.
   * @param logsCascades whether the server's flag for that means what it says
   * @throws Obstructed where one of them cannot be carried over
   */
  *statements(event: RowsEvent, logsCascades: boolean): Generator<string> {
    const { shape } = this;
    if (shape.triggers.has(event.verb)) {
      throw new Obstructed(`A trigger of the table ${shape.name} would fire once more at the same ${event.verb}.`);
    }
    if (event.verb === 'INSERT') {
      yield* this.inserts(event);
      return;
    }
    if (shape.key === null) {
      throw new Obstructed(
        `A row of the table ${shape.name} was changed, which has no key that tells its rows apart: give it a primary key.`,
      );
    }
    // What the server changed by itself in other tables is in no log, and it does it again where it checks the keys.
    const isSilent = (event.flags & UNCHECKED_KEYS) !== 0 || (logsCascades && (event.flags & LOGGED_CASCADES) !== 0);
    const cascades = shape.cascades && !isSilent;
    if (cascades) yield 'SET foreign_key_checks = 1';
    for (const row of rowsOf(event, this.values)) {
      const statement =
        event.verb === 'DELETE' ? this.delete(row.before, shape.key) : this.update(row.before, row.after, shape.key);
      if (statement !== null) yield statement;
    }
    if (cascades) yield 'SET foreign_key_checks = 0';
  }

  private *inserts(event: RowsEvent): Generator<string> {
    const written = this.shape.columns.flatMap(({ isGenerated }, place) => (isGenerated ? [] : [place]));
    const head = `INSERT INTO ${this.name} (${written.map((place) => this.names[place]).join(',')}) VALUES `;
    let text = '';
    for (const { after } of rowsOf(event, this.values)) {
      const row = `(${written.map((place) => this.sql(after, place)).join(',')})`;
      if (text !== '' && text.length + row.length > LONG) {
        yield text;
        text = '';
      }
      text += `${text === '' ? head : ','}${row}`;
    }
    if (text !== '') yield text;
  }

  private delete(before: RowImage, key: readonly number[]): string {
    return `DELETE FROM ${this.name} WHERE ${this.where(before, key)}`;
  }

  /** @returns null where nothing changed but what the server computes */
  private update(before: RowImage, after: RowImage, key: readonly number[]): string | null {
    const changes: string[] = [];
    const kept: string[] = [];
    this.shape.columns.forEach(({ isGenerated, setsItself }, place) => {
      if (isGenerated) return;
      const name = this.names[place] ?? '';
      const isSame = !after.isSaid(place) || after.equals(before, place);
      if (!isSame) changes.push(`${name}=${this.sql(after, place)}`);
      // It would be set to the present moment.
      else if (setsItself) kept.push(`${name}=${name}`);
    });
    if (changes.length === 0) return null;
    return `UPDATE ${this.name} SET ${[...changes, ...kept].join(',')} WHERE ${this.where(before, key)}`;
  }

  private where(before: RowImage, key: readonly number[]): string {
    return key.map((place) => `${this.names[place]}=${this.sql(before, place)}`).join(' AND ');
  }

  private sql(image: RowImage, place: number): string {
    const sql = image.sql(place);
    if (sql !== null) return sql;
    throw new Obstructed(
      `The log does not say the column ${this.shape.columns[place]?.name} of the table ${this.shape.name}: set binlog_row_image=FULL.`,
    );
  }
}
