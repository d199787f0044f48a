import type { MigrationInterface, QueryRunner } from 'typeorm';

// A collation that MariaDB and MySQL both know, so that a dump of one restores into the other.
const TABLE = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci';
const EXACT = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';

const foreignKey = (name: string, column: string, table: string): string =>
  `CONSTRAINT ${name} FOREIGN KEY (${column}) REFERENCES ${table} (id) ON DELETE RESTRICT ON UPDATE RESTRICT`;

/** The ledger: accounts, vehicles, sales, payments, contributions, and the operations in their order. */
export class Ledger1763856000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup to go back.'));
  }
}

const STATEMENTS = [
  `CREATE TABLE users (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(200) NOT NULL,
    email VARCHAR(254) NOT NULL,
    passwordHash VARCHAR(255) NULL,
    tokenVersion INT UNSIGNED NOT NULL DEFAULT 0,
    role ENUM('ADMIN', 'OPERATOR', 'INVESTOR', 'COMPANY') NOT NULL,
    balance BIGINT NOT NULL DEFAULT 0 COMMENT 'cents',
    percentage INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'ppm',
    memberSince DATETIME(3) NULL,
    createdAt DATETIME(3) NOT NULL,
    UNIQUE INDEX users_email (email)
  ) ${TABLE}`,
  `CREATE TABLE vehicles (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    title VARCHAR(200) NOT NULL,
    vin VARCHAR(17) NULL,
    year INT UNSIGNED NULL,
    mileage INT UNSIGNED NULL,
    cost BIGINT NOT NULL COMMENT 'cents',
    plannedPrice BIGINT NULL COMMENT 'cents',
    status ENUM('FOR_SALE', 'SOLD') NOT NULL,
    boughtAt DATETIME(3) NOT NULL,
    boughtById INT UNSIGNED NOT NULL,
    idempotencyKey VARCHAR(200) ${EXACT} NULL,
    UNIQUE INDEX vehicles_vin (vin),
    UNIQUE INDEX vehicles_idempotency (boughtById, idempotencyKey),
    INDEX vehicles_newest (boughtAt, id),
    ${foreignKey('vehicles_bought_by', 'boughtById', 'users')}
  ) ${TABLE}`,
  `CREATE TABLE sales (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    vehicleId INT UNSIGNED NOT NULL,
    price BIGINT NOT NULL COMMENT 'cents',
    profit BIGINT NOT NULL COMMENT 'cents',
    commission BIGINT NOT NULL COMMENT 'cents',
    distributed BIGINT NOT NULL COMMENT 'cents',
    soldAt DATETIME(3) NOT NULL,
    soldById INT UNSIGNED NOT NULL,
    daysHeld INT UNSIGNED NOT NULL COMMENT 'days',
    reversedAt DATETIME(3) NULL,
    reversedById INT UNSIGNED NULL,
    reversalReason VARCHAR(500) NULL,
    ${foreignKey('sales_vehicle', 'vehicleId', 'vehicles')},
    ${foreignKey('sales_sold_by', 'soldById', 'users')},
    ${foreignKey('sales_reversed_by', 'reversedById', 'users')}
  ) ${TABLE}`,
  `CREATE TABLE payments (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    userId INT UNSIGNED NOT NULL,
    kind ENUM('DEPOSIT', 'WITHDRAWAL', 'INCOME', 'COMMISSION', 'REVERSAL') NOT NULL,
    status ENUM('PENDING', 'CONFIRMED', 'REJECTED', 'REVERSED') NOT NULL,
    amount BIGINT NOT NULL COMMENT 'cents',
    saleId INT UNSIGNED NULL,
    reversesId INT UNSIGNED NULL,
    note VARCHAR(500) NULL,
    createdAt DATETIME(3) NOT NULL,
    requestedById INT UNSIGNED NULL,
    idempotencyKey VARCHAR(200) ${EXACT} NULL,
    confirmedAt DATETIME(3) NULL,
    confirmedById INT UNSIGNED NULL,
    rejectedAt DATETIME(3) NULL,
    rejectedById INT UNSIGNED NULL,
    rejectionReason VARCHAR(500) NULL,
    UNIQUE INDEX payments_idempotency (requestedById, idempotencyKey),
    ${foreignKey('payments_user', 'userId', 'users')},
    ${foreignKey('payments_sale', 'saleId', 'sales')},
    ${foreignKey('payments_reverses', 'reversesId', 'payments')},
    ${foreignKey('payments_requested_by', 'requestedById', 'users')},
    ${foreignKey('payments_confirmed_by', 'confirmedById', 'users')},
    ${foreignKey('payments_rejected_by', 'rejectedById', 'users')}
  ) ${TABLE}`,
  `CREATE TABLE contributions (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    userId INT UNSIGNED NOT NULL,
    paymentId INT UNSIGNED NOT NULL,
    amount BIGINT NOT NULL COMMENT 'cents',
    balance BIGINT NOT NULL COMMENT 'cents',
    percentage INT UNSIGNED NOT NULL COMMENT 'ppm',
    createdAt DATETIME(3) NOT NULL,
    ${foreignKey('contributions_user', 'userId', 'users')},
    ${foreignKey('contributions_payment', 'paymentId', 'payments')}
  ) ${TABLE}`,
  `CREATE TABLE operations (
    number INT UNSIGNED NOT NULL PRIMARY KEY,
    uid CHAR(36) ${EXACT} NOT NULL,
    kind ENUM('BUY_VEHICLE', 'SELL_VEHICLE', 'UNSELL_VEHICLE', 'CONFIRM_PAYMENT') NOT NULL,
    actorId INT UNSIGNED NOT NULL,
    vehicleId INT UNSIGNED NULL,
    saleId INT UNSIGNED NULL,
    paymentId INT UNSIGNED NULL,
    at DATETIME(3) NOT NULL,
    UNIQUE INDEX operations_uid (uid),
    ${foreignKey('operations_actor', 'actorId', 'users')},
    ${foreignKey('operations_vehicle', 'vehicleId', 'vehicles')},
    ${foreignKey('operations_sale', 'saleId', 'sales')},
    ${foreignKey('operations_payment', 'paymentId', 'payments')}
  ) ${TABLE}`,
  `CREATE TABLE pool (
    id TINYINT UNSIGNED NOT NULL PRIMARY KEY,
    lastOperation INT UNSIGNED NOT NULL
  ) ${TABLE}`,
  'INSERT INTO pool (id, lastOperation) VALUES (1, 0)',
  // The one account that receives the commission. It has no password: nobody signs in as the company.
  `INSERT INTO users (name, email, role, createdAt)
    VALUES ('Company', 'company@motorpool.invalid', 'COMPANY', UTC_TIMESTAMP(3))`,
];
