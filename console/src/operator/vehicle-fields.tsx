import type { ReactElement, ReactNode } from 'react';
import type { Problem } from '../api/problem';
import { money } from '../ui/format';
import { Field, isAbout, MoneyField } from '../ui/form';
import { parseMoney } from '../ui/money';

/** What is known of a vehicle beside its cost, as it is typed. */
export interface TypedVehicle {
  title: string;
  vin: string;
  year: string;
  mileage: string;
  plannedPrice: string;
}

export const NOTHING_TYPED: TypedVehicle = { title: '', vin: '', year: '', mileage: '', plannedPrice: '' };

/** What was sent, as it is typed; without what was left out. */
export function sentAsTyped(sent: { [Name in keyof TypedVehicle]?: string | number | null | undefined }) {
  const written = (name: string, value: string | number): string =>
    name === 'plannedPrice' ? money(String(value)) : String(value);
  const typed = (Object.keys(NOTHING_TYPED) as (keyof TypedVehicle)[])
    .map((name) => [name, sent[name]] as const)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, value == null ? '' : written(name, value)]);
  return Object.fromEntries(typed) as Partial<TypedVehicle>;
}

/** What is wrong with the planned price; null where nothing is, and where there is none. */
const plannedProblem = ({ plannedPrice }: TypedVehicle): string | null =>
  plannedPrice.trim() === '' ? null : parseMoney(plannedPrice).problem;

/** True where the API can be asked; it checks what this page does not. */
export function isReady(typed: TypedVehicle): boolean {
  return typed.title.trim() !== '' && plannedProblem(typed) === null;
}

/** As the API takes it: null for what is left empty. */
export function valuesOf({ title, vin, year, mileage, plannedPrice }: TypedVehicle) {
  return {
    title: title.trim(),
    vin: vin.trim() === '' ? null : vin.trim(),
    year: year === '' ? null : Number(year),
    mileage: mileage === '' ? null : Number(mileage),
    plannedPrice: parseMoney(plannedPrice).amount,
  };
}

interface VehicleFieldsProps {
  typed: TypedVehicle;
  onType: (typed: TypedVehicle) => void;
  currency: string;
  /** What the server refused. */
  problem: Problem | null;
  /** Once somebody tried to send it: what is missing is said then, not before. */
  isTried: boolean;
  /** Further fields, which stand after the title. */
  children?: ReactNode;
}

/** The fields of a purchase and of a correction. */
export function VehicleFields({
  typed,
  onType,
  currency,
  problem,
  isTried,
  children,
}: VehicleFieldsProps): ReactElement {
  const about = (field: keyof TypedVehicle, codes: readonly string[] = []): string | null =>
    isAbout(problem, field, codes) ? (problem?.message ?? null) : null;
  const change = (field: keyof TypedVehicle) => (value: string) => {
    onType({ ...typed, [field]: value });
  };
  const missing = isTried && typed.title.trim() === '' ? 'Type what people call it.' : null;
  return (
    <>
      <Line
        label="Title"
        value={typed.title}
        onChange={change('title')}
        problem={missing ?? about('title')}
        most={200}
      />
      {children}
      <MoneyField
        label="Planned price, if there is one"
        value={typed.plannedPrice}
        onChange={change('plannedPrice')}
        currency={currency}
        problem={(isTried ? plannedProblem(typed) : null) ?? about('plannedPrice')}
      />
      <Line
        label="VIN, if it is known"
        value={typed.vin}
        onChange={change('vin')}
        problem={about('vin', ['VIN_ALREADY_EXISTS'])}
        most={40}
      />
      <Line
        label="Model year, if it is known"
        type="number"
        value={typed.year}
        onChange={change('year')}
        problem={about('year')}
      />
      <Line
        label="Kilometres, if they are known"
        type="number"
        value={typed.mileage}
        onChange={change('mileage')}
        problem={about('mileage')}
      />
    </>
  );
}

interface LineProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  problem: string | null;
  type?: 'text' | 'number' | 'email';
  most?: number;
}

/** A field of one line. */
export function Line({ label, value, onChange, problem, type = 'text', most }: LineProps): ReactElement {
  return (
    <Field label={label} problem={problem}>
      {(wiring) => (
        <input
          {...wiring}
          type={type}
          value={value}
          maxLength={most}
          autoComplete="off"
          dir={type === 'text' ? 'auto' : undefined}
          onChange={({ target }) => {
            onChange(target.value);
          }}
        />
      )}
    </Field>
  );
}
