/** Of every other account that tests make. */
export const PASSWORD = 'a password of some length';

/** The first administrator of every test server. */
export const ADMIN = { email: 'admin@example.com', password: 'correct horse battery' };
