import { randomUUID } from 'node:crypto';
import { ClientError } from 'graphql-request';
import type { Client } from '../support/client';

/** What the storm's clients have in common. */
export interface Storm {
  /** The same account at each server. */
  servers: readonly Client[];
  members: readonly string[];
  /** Ids of vehicles, as they are bought. */
  vehicles: string[];
  /** What was answered as done, by the kind of operation: ids of vehicles or payments. */
  done: Record<'BUY_VEHICLE' | 'SELL_VEHICLE' | 'UNSELL_VEHICLE' | 'CONFIRM_PAYMENT', string[]>;
  /** How often requests were refused, by code. */
  refused: Record<string, number>;
  /** The identities of operations whose outcome the caller was told to look up. */
  unknown: string[];
  random: () => number;
  isOver: () => boolean;
}

const BUY = 'mutation ($input: BuyVehicleInput!) { buyVehicle(input: $input) { id status } }';
const SELL = 'mutation ($input: SellVehicleInput!) { sellVehicle(input: $input) { id status } }';
const UNSELL = 'mutation ($input: UnsellVehicleInput!) { unsellVehicle(input: $input) { id status } }';
const REQUEST = 'mutation ($input: RequestPaymentInput!) { requestPayment(input: $input) { id } }';
const CONFIRM = 'mutation ($id: ID!) { confirmPayment(id: $id) { id status } }';

/** One client: one request after the other, each at a server of its choice, until the storm is over. */
export async function client(storm: Storm): Promise<void> {
  while (!storm.isOver()) {
    const chance = storm.random();
    if (chance < 0.15) await buy(storm);
    else if (chance < 0.45) await sell(storm);
    else if (chance < 0.65) await unsell(storm);
    else await pay(storm);
  }
}

/** Every third time the request is repeated at the same moment, at both servers, with the same key. */
const repeats = (storm: Storm): readonly Client[] =>
  storm.random() < 0.33 ? storm.servers : [one(storm.servers, storm)];

async function buy(storm: Storm): Promise<void> {
  const input = { title: 'A car', cost: String(1 + Math.floor(storm.random() * 1000)), idempotencyKey: randomUUID() };
  const answers = await Promise.all(
    repeats(storm).map((server) => request<{ buyVehicle: { id: string } }>(storm, server, BUY, { input })),
  );
  const ids = new Set(answers.flatMap((answer) => answer?.buyVehicle.id ?? []));
  if (ids.size > 1) throw new Error(`one key bought ${[...ids].join(' and ')}`);
  for (const id of ids) {
    storm.vehicles.push(id);
    storm.done.BUY_VEHICLE.push(id);
  }
}

async function sell(storm: Storm): Promise<void> {
  const vehicleId = one(storm.vehicles, storm);
  const price = (0.01 + storm.random() * 2000).toFixed(2);
  const answers = await Promise.all(
    repeats(storm).map((server) => request(storm, server, SELL, { input: { vehicleId, price } })),
  );
  for (const answer of answers) if (answer !== null) storm.done.SELL_VEHICLE.push(vehicleId);
}

async function unsell(storm: Storm): Promise<void> {
  const vehicleId = one(storm.vehicles, storm);
  const answers = await Promise.all(
    repeats(storm).map((server) => request(storm, server, UNSELL, { input: { vehicleId } })),
  );
  for (const answer of answers) if (answer !== null) storm.done.UNSELL_VEHICLE.push(vehicleId);
}

async function pay(storm: Storm): Promise<void> {
  const kind = storm.random() < 0.6 ? 'DEPOSIT' : 'WITHDRAWAL';
  const amount = (0.01 + storm.random() * (kind === 'DEPOSIT' ? 1000 : 300)).toFixed(2);
  const input = { kind, amount, userId: one(storm.members, storm), idempotencyKey: randomUUID() };
  const asked = await Promise.all(
    repeats(storm).map((server) => request<{ requestPayment: { id: string } }>(storm, server, REQUEST, { input })),
  );
  const ids = new Set(asked.flatMap((answer) => answer?.requestPayment.id ?? []));
  if (ids.size > 1) throw new Error(`one key asked for ${[...ids].join(' and ')}`);
  for (const id of ids) {
    const confirmed = await Promise.all(repeats(storm).map((server) => request(storm, server, CONFIRM, { id })));
    // Only one of them may be told that it did it.
    for (const answer of confirmed) if (answer !== null) storm.done.CONFIRM_PAYMENT.push(id);
  }
}

/** @returns null where it was refused */
async function request<T>(
  storm: Storm,
  server: Client,
  document: string,
  variables: Record<string, unknown>,
): Promise<T | null> {
  try {
    return await server.request<T>(document, variables);
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    const { code, operationUid } = error.response.errors?.[0]?.extensions ?? {};
    storm.refused[String(code)] = (storm.refused[String(code)] ?? 0) + 1;
    if (code === 'OUTCOME_UNKNOWN') storm.unknown.push(String(operationUid));
    return null;
  }
}

function one<T>(list: readonly T[], { random }: Storm): T {
  return list[Math.floor(random() * list.length)] as T;
}
