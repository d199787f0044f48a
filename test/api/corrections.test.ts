import { checkLedger } from '../../src/services/ledger-check';
import { type Client, PASSWORD, refusalOf } from '../support/client';
import { allBackedUp, changesNothing } from '../support/traces';
import { createPoolWorld, type PoolWorld } from './pool-world';

type Values = Record<string, unknown>;

/** What was entered wrong is corrected, and what it was before stays known. */
describe('corrections', () => {
  let world: PoolWorld;
  beforeAll(async () => {
    world = await createPoolWorld();
  });
  afterAll(() => world.server.close());

  const updateVehicle = async (input: Values, as: Client = world.operator): Promise<Values> => {
    const { updateVehicle: vehicle } = await as.request<{ updateVehicle: Values }>(
      'mutation ($input: UpdateVehicleInput!) { updateVehicle(input: $input) { title vin year mileage plannedPrice cost status } }',
      { input },
    );
    return vehicle;
  };
  const updateUser = async (input: Values, as: Client = world.admin): Promise<Values> => {
    const { updateUser: user } = await as.request<{ updateUser: Values }>(
      'mutation ($input: UpdateUserInput!) { updateUser(input: $input) { id name email role balance } }',
      { input },
    );
    return user;
  };
  const journal = async (): Promise<Values[]> => {
    const { changes } = await world.admin.request<{ changes: { nodes: Values[] } }>(
      '{ changes(first: 1) { nodes { kind subject subjectId actor { id } values { name before after } } } }',
    );
    return changes.nodes;
  };
  const codeOf = async (update: Promise<unknown>): Promise<string> => (await refusalOf(update)).code;

  describe('of a vehicle', () => {
    test('what is given changes, what is left out stays, null clears, and the journal tells both', async () => {
      const given = { title: ' Golf II ', vin: 'wvwzzz1jzxw000002', year: 2021, mileage: 48_000, plannedPrice: '1500' };
      expect(await updateVehicle({ id: world.forSale, ...given })).toEqual({
        title: 'Golf II',
        vin: 'WVWZZZ1JZXW000002',
        year: 2021,
        mileage: 48_000,
        plannedPrice: '1500.00',
        cost: '1000.00',
        status: 'FOR_SALE',
      });
      expect(await journal()).toEqual([
        {
          kind: 'updateVehicle',
          subject: 'vehicle',
          subjectId: world.forSale,
          actor: { id: world.operator.id },
          values: [
            { name: 'title', before: 'Golf', after: 'Golf II' },
            { name: 'vin', before: world.vin, after: 'WVWZZZ1JZXW000002' },
            { name: 'year', before: null, after: '2021' },
            { name: 'mileage', before: null, after: '48000' },
            { name: 'plannedPrice', before: null, after: '1500.00' },
          ],
        },
      ]);
      expect(await updateVehicle({ id: world.forSale, vin: null, mileage: null, year: 2021 })).toMatchObject({
        vin: null,
        mileage: null,
        year: 2021,
        title: 'Golf II',
      });
      // Of what did not change, the journal has nothing to tell.
      expect((await journal())[0]?.values).toEqual([
        { name: 'vin', before: 'WVWZZZ1JZXW000002', after: null },
        { name: 'mileage', before: '48000', after: null },
      ]);
    });

    test('a variable that is left out leaves its field as it is, also when the document comes again and again', async () => {
      const document =
        'mutation ($id: ID!, $title: String, $year: Int) { updateVehicle(input: { id: $id, title: $title, year: $year }) { title year } }';
      for (const title of ['One', 'Two', 'Three', 'Four']) {
        const { updateVehicle: told } = await world.operator.request<{ updateVehicle: Values }>(document, {
          id: world.forSale,
          title,
        });
        expect(told).toEqual({ title, year: 2021 });
      }
    });

    test('one that was sold may be corrected too; its sale stays what it was', async () => {
      const sale = '{ sales(filter: { reversed: false }) { nodes { price profit commission distributed } } }';
      const before = await world.admin.request(sale);
      expect(await updateVehicle({ id: world.sold, title: 'Polo GTI' })).toMatchObject({
        status: 'SOLD',
        cost: '100.00',
      });
      expect(await world.admin.request(sale)).toEqual(before);
    });

    test('what is as it should be changes nothing', async () => {
      await allBackedUp(world.server);
      const { title } = await updateVehicle({ id: world.sold, title: 'Polo GTI' });
      await changesNothing(world.server, async () => {
        await updateVehicle({ id: world.sold, title });
        await updateVehicle({ id: world.sold });
        expect(await codeOf(updateVehicle({ id: '999999', title }))).toBe('NOT_FOUND');
        expect(await codeOf(updateVehicle({ id: world.cancelled, title }))).toBe('NOT_FOUND');
        expect(await codeOf(updateVehicle({ id: world.sold, title }, world.investor))).toBe('FORBIDDEN');
      });
    });

    test('a VIN that another vehicle has is refused', async () => {
      const vin = 'WVWZZZ1JZXW000003';
      await updateVehicle({ id: world.unsold, vin });
      await changesNothing(world.server, async () => {
        expect(await refusalOf(updateVehicle({ id: world.forSale, vin }))).toEqual({
          code: 'VIN_ALREADY_EXISTS',
          message: `A vehicle with the VIN ${vin} exists already.`,
        });
      });
    });

    test('the same key changes it once, and tells null from what is left out', async () => {
      const input = { id: world.unsold, year: 2019, idempotencyKey: 'correct-1' };
      await updateVehicle(input);
      await updateVehicle({ id: world.unsold, year: 2020 });
      await changesNothing(world.server, async () => {
        expect(await updateVehicle(input)).toMatchObject({ year: 2020 });
        for (const other of [{ year: 2018 }, { mileage: null }]) {
          expect(await codeOf(updateVehicle({ ...input, ...other }))).toBe('IDEMPOTENCY_KEY_REUSED');
        }
      });
    });

    test('a key stands for its answer also where nothing was to change, and later changes stay', async () => {
      const input = { id: world.unsold, title: 'As it is', idempotencyKey: 'correct-2' };
      await updateVehicle({ id: world.unsold, title: 'As it is' });
      const before = await journal();
      await updateVehicle(input);
      expect(await journal()).toEqual(before);
      await updateVehicle({ id: world.unsold, title: 'Of somebody else' });
      await changesNothing(world.server, async () => {
        expect(await updateVehicle(input)).toMatchObject({ title: 'Of somebody else' });
        expect(await codeOf(updateVehicle({ ...input, title: 'Another' }))).toBe('IDEMPOTENCY_KEY_REUSED');
      });
    });

    test('many at once lose none of each other, and sales go on between them', async () => {
      const id = await world.operator.buy('1.00');
      await Promise.all([
        updateVehicle({ id, title: 'At once' }),
        updateVehicle({ id, year: 2001 }),
        updateVehicle({ id, mileage: 1 }),
        world.operator.sell(id, '2.00'),
        updateVehicle({ id, plannedPrice: '3.00' }),
      ]);
      expect(await updateVehicle({ id })).toMatchObject({
        title: 'At once',
        year: 2001,
        mileage: 1,
        plannedPrice: '3.00',
        status: 'SOLD',
      });
    });
  });

  describe('of an account', () => {
    test('name and email; the token stays good, and the new email signs in', async () => {
      const member = await world.admin.createUser('INVESTOR', 'Misspelt');
      const before = await updateUser({ id: member.id });
      expect(await updateUser({ id: member.id, name: ' Well Spelt ', email: 'Well.Spelt@example.com' })).toMatchObject({
        name: 'Well Spelt',
        email: 'well.spelt@example.com',
        role: 'INVESTOR',
      });
      expect((await journal())[0]).toEqual({
        kind: 'updateUser',
        subject: 'user',
        subjectId: member.id,
        actor: { id: world.admin.id },
        values: [
          { name: 'name', before: 'Misspelt', after: 'Well Spelt' },
          { name: 'email', before: before.email, after: 'well.spelt@example.com' },
        ],
      });
      expect(await member.request('{ me { name } }')).toEqual({ me: { name: 'Well Spelt' } });
      expect((await world.server.signIn('well.spelt@example.com', PASSWORD)).id).toBe(member.id);
    });

    test('a new role ends what was signed in with the old one', async () => {
      const member = await world.admin.createUser('INVESTOR');
      const { email } = await updateUser({ id: member.id, role: 'OPERATOR' });
      expect((await journal())[0]?.values).toEqual([{ name: 'role', before: 'INVESTOR', after: 'OPERATOR' }]);
      expect((await member.refused('{ me { id } }')).code).toBe('UNAUTHENTICATED');
      const again = await world.server.signIn(String(email), PASSWORD);
      expect(await again.buy('1.00')).not.toBe('');
    });

    test('roles keep to the rules', async () => {
      const [, second] = [await world.admin.createUser('INVESTOR'), await world.admin.createUser('INVESTOR')];
      await second.requestPayment('DEPOSIT', '1.00');
      await changesNothing(world.server, async () => {
        for (const [id, role, why] of [
          [world.companyId, 'INVESTOR', /one COMPANY/],
          [world.other.id, 'COMPANY', /one COMPANY/],
          [world.admin.id, 'INVESTOR', /the last ADMIN/],
          [world.other.id, 'ADMIN', /has held capital/],
          [second.id, 'ADMIN', /a PENDING payment/],
        ] as const) {
          const refusal = await refusalOf(updateUser({ id, role }));
          expect([refusal.code, why.test(refusal.message)]).toEqual(['BAD_USER_INPUT', true]);
        }
        expect(await codeOf(updateUser({ id: '999999', name: 'Nobody' }))).toBe('NOT_FOUND');
        expect(await codeOf(updateUser({ id: second.id, name: 'Mine' }, second))).toBe('FORBIDDEN');
        const { email } = await updateUser({ id: world.other.id });
        expect(await codeOf(updateUser({ id: second.id, email }))).toBe('EMAIL_ALREADY_EXISTS');
      });
    });

    test('of two ADMINs who make each other something else at once, one stays', async () => {
      const second = await world.admin.createUser('ADMIN');
      const results = await Promise.allSettled([
        updateUser({ id: second.id, role: 'INVESTOR' }),
        updateUser({ id: world.admin.id, role: 'INVESTOR' }, second),
      ]);
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const [row] = await world.server.database.query("SELECT COUNT(*) AS n FROM users WHERE role = 'ADMIN'");
      expect(Number(row?.n)).toBe(1);
    });
  });

  test('leave books and journal that hold', async () => {
    const { query } = world.server.database;
    expect(await checkLedger((sql, parameters = []) => query(sql, [...parameters]))).toEqual([]);
  });
});
