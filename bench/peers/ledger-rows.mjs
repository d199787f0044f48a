// What a hand-written server reads: statements over mysql2 that name the columns their schema shows, and the account
// behind a bearer token. Whichever peer asks, it is the same work.
import { Buffer } from 'node:buffer';
import { createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { jwtVerify } from 'jose';
import mysql from 'mysql2/promise';

const { SOCKET_PATH, DATABASE_USER, DATABASE, JWT_SECRET } = process.env;

const pool = mysql.createPool({
  socketPath: SOCKET_PATH,
  user: DATABASE_USER,
  database: DATABASE,
  timezone: 'Z',
  connectionLimit: 10,
});

const key = createSecretKey(Buffer.from(JWT_SECRET));

/** The very schema that Motorpool serves: nobody has less to validate. */
export const typeDefs = readFileSync(new URL('../../schema/public.graphql', import.meta.url), 'utf8');

/** The claims of tokens that were verified: Motorpool remembers them, and so may everybody. */
const verified = new Map();

async function claimsOf(token) {
  const known = verified.get(token);
  if (known !== undefined && Date.now() / 1000 < known.exp) return known;
  const { payload } = await jwtVerify(token, key, { algorithms: ['HS256'] });
  verified.set(token, payload);
  return payload;
}

/** The account that asks. Throws unless its token is sound and not revoked. */
export async function viewerOf(authorization) {
  const payload = await claimsOf(authorization?.slice('Bearer '.length) ?? '');
  const [[viewer]] = await pool.execute(
    `SELECT id, role, tokenVersion, disabledAt FROM users
     WHERE uid = ? AND (SELECT uid FROM pool WHERE id = 1) = ? AND (SELECT epoch FROM pool WHERE id = 1) = ?`,
    [payload.sub, payload.iss === payload.aud ? payload.iss : '', payload.epoch],
  );
  if (viewer === undefined || viewer.disabledAt !== null || viewer.tokenVersion !== payload.version) {
    throw new Error('Sign in first.');
  }
  return viewer;
}

const cursorOf = ({ boughtAt, id }) =>
  Buffer.from(JSON.stringify(['vehicles', 'boughtAt+id down', String(boughtAt.getTime()), String(id)])).toString(
    'base64url',
  );

/** The newest vehicles, as a connection. */
export async function newestVehicles(first) {
  const [rows] = await pool.execute(
    `SELECT id, title, vin, year, mileage, cost, plannedPrice, status, boughtAt, boughtById FROM vehicles
     ORDER BY boughtAt DESC, id DESC LIMIT ?`,
    [String(first + 1)],
  );
  const nodes = rows.slice(0, first);
  const last = nodes.at(-1);
  return {
    nodes,
    pageInfo: {
      hasNextPage: rows.length > first,
      endCursor: last && cursorOf(last),
    },
  };
}

/** The sale in force of each vehicle, or null. */
export async function salesInForce(vehicleIds) {
  const [rows] = await pool.query(
    `SELECT id, vehicleId, price, profit, commission, distributed, soldAt, soldById, daysHeld FROM sales
     WHERE vehicleId IN (?) AND reversedAt IS NULL`,
    [vehicleIds],
  );
  const sales = new Map(rows.map((sale) => [sale.vehicleId, sale]));
  return vehicleIds.map((id) => sales.get(id) ?? null);
}

/** The payments of each sale, in the order of booking. */
export async function paymentsOfSales(saleIds) {
  const [rows] = await pool.query(
    `SELECT id, userId, kind, status, amount, saleId, note, createdAt, confirmedAt, confirmedById FROM payments
     WHERE saleId IN (?) ORDER BY id`,
    [saleIds],
  );
  const payments = new Map(saleIds.map((id) => [id, []]));
  for (const payment of rows) payments.get(payment.saleId).push(payment);
  return saleIds.map((id) => payments.get(id));
}

/** The accounts of those ids, which may repeat. */
export async function usersByIds(ids) {
  const [rows] = await pool.query(
    'SELECT id, name, email, role, balance, percentage, disabledAt, createdAt FROM users WHERE id IN (?)',
    [[...new Set(ids)]],
  );
  const users = new Map(rows.map((user) => [user.id, user]));
  return ids.map((id) => users.get(id));
}

/** Cents as "1500.00"; exact up to the bound of the schema's Money. */
export const money = (cents) => (cents / 100).toFixed(2);
/** Millionths as "33.3334". */
export const percentage = (ppm) => (ppm / 10_000).toFixed(4);
export const dateTime = (date) => date.toISOString();
